/// An augmentation as it stands in a list: its kind, and all of its numbers.
struct AugmentationValue: Hashable, Sendable, CustomStringConvertible {
  let kind: AugmentationKind
  let numbers: [Double]

  /// A value of these numbers; nil where they are too few, too many or out of range.
  init?(_ kind: AugmentationKind, _ given: [Double]) {
    let rules = kind.numbers
    guard given.count <= rules.count else { return nil }
    var numbers = given
    for rule in rules.dropFirst(given.count) {
      guard let usual = rule.usual else { return nil }
      numbers.append(usual)
    }
    for (number, rule) in zip(numbers, rules) {
      let isWhole = number == number.rounded()
      guard rule.range.contains(number), isWhole || !rule.isWhole else { return nil }
    }
    for (low, high) in kind.ordered where numbers[low] > numbers[high] { return nil }
    (self.kind, self.numbers) = (kind, numbers)
  }

  /// Reads "pad-crop:4"; nil where that is none.
  init?(_ text: some StringProtocol) {
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let kind = AugmentationKind(rawValue: words[0].lowercased()) else { return nil }
    let numbers = words.dropFirst().compactMap { Double(String($0)) }
    guard numbers.count == words.count - 1 else { return nil }
    self.init(kind, numbers)
  }

  /// What it is read from, without usual numbers at its end.
  var description: String {
    let rules = kind.numbers
    let last = numbers.indices.last { numbers[$0] != rules[$0].usual } ?? -1
    let texts = numbers.prefix(last + 1).map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }
    return ([kind.rawValue] + texts).joined(separator: ":")
  }

  /// What it does to one sample; nil for what mixes several.
  var augmentation: (any Augmentation)? {
    switch kind {
    case .cropFlip: CropFlip()
    case .padCrop: PadCrop(padding: Int(numbers[0]))
    case .reflectCrop: ReflectCrop(padding: Int(numbers[0]))
    case .flip: Flip()
    case .shift: Shift(range: numbers[0])
    case .resizedCrop:
      ResizedCrop(scale: numbers[0]...numbers[1], ratio: numbers[2]...numbers[3])
    case .colorJitter:
      ColorJitter(brightness: numbers[0], contrast: numbers[1], saturation: numbers[2])
    case .cutout: Cutout(size: Int(numbers[0]))
    case .erasing:
      Erasing(
        probability: numbers[0],
        scale: numbers[1]...numbers[2],
        ratio: numbers[3]...numbers[4]
      )
    case .mixup, .cutmix: nil
    }
  }
}
