import Tensors

/// Successive steps over which η is one smooth function of the step that does not rise and fall.
public struct SmoothPiece: Sendable {
  /// The steps, from 0.
  public let steps: Range<Int>
  /// η at a place among them, which need not be a whole step.
  public let multiplier: @Sendable (_ place: Double) -> Double

  /// The part of it inside `range`.
  public func clamped(to range: Range<Int>) -> SmoothPiece {
    SmoothPiece(steps: steps.clamped(to: range), multiplier: multiplier)
  }
}

extension LearningCourse {
  /// The first `count` steps cut where η turns, rising.
  ///
  /// In the authors' course it is the sum of rounded parts that makes η; it is followed to 1e-12.
  public func smoothPieces(steps count: Int) -> [SmoothPiece] {
    let pieces =
      switch self {
      case .schedule(let schedule): schedule.smoothPieces
      case .authors(let schedule): schedule.smoothPieces
      }
    return pieces.map { $0.clamped(to: 0..<count) }.filter { !$0.steps.isEmpty }
  }
}

extension Schedule {
  fileprivate var smoothPieces: [SmoothPiece] {
    let cuts = [0] + Set(turns).sorted() + [steps]
    return zip(cuts, cuts.dropFirst()).map { first, end in
      SmoothPiece(steps: first..<end) { self.multiplier(at: $0, like: first) }
    }
  }
}

extension AuthorsSchedule {
  fileprivate var smoothPieces: [SmoothPiece] {
    guard case .cosine = shape else {
      let drops = shape == .multistep ? [80, 121].map { $0 * batchesPerEpoch } : []
      let cuts = [0] + drops + [Int.max]
      return zip(cuts, cuts.dropFirst()).map { first, end in
        let level = multiplier(at: first)
        return SmoothPiece(steps: first..<end) { _ in level }
      }
    }
    return periods.indices.flatMap(pieces)
  }

  /// Those of a period: the sum grows by another part in each binade, and stays at 1 in the end.
  private func pieces(inPeriod number: Int) -> [SmoothPiece] {
    let last = number == periods.count - 1
    let end = last ? Int.max : periods[number + 1].firstStep
    var pieces: [SmoothPiece] = []
    var first = periods[number].firstStep
    let shift = first - additions(beforePeriod: number)
    sum(ofPeriod: number).walk { stretch in
      // Far below 1 η hardly moves, and the part's rounding less.
      let isLarge = stretch.sum > 0x1p-24
      let stop = min(end, stretch.end == .max ? .max : stretch.end + shift)
      guard isLarge || stop == end, stop > first else { return stop < end }
      let (start, sum, move) = (Double(stretch.start + shift), stretch.sum, stretch.move)
      pieces.append(
        SmoothPiece(steps: first..<stop) { place in
          0.5 * (1 + Elementary.cosPi(min(1, sum + (place - start) * move)))
        }
      )
      first = stop
      return stop < end
    }
    if first < end { pieces.append(SmoothPiece(steps: first..<end) { _ in 0 }) }
    return pieces
  }
}
