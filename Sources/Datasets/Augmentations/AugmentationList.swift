/// How training samples are varied: augmentations in their order, "none", or the name of a preset.
///
/// Written as `pad-crop:4,flip,color-jitter:0.2:0.2,cutout:16,mixup:0.2`: a kind and its numbers
/// each. Domains stand in the order geometry, bytes, normalised values, mixing; each kind stands at
/// most once.
public struct AugmentationList: Hashable, Sendable, CustomStringConvertible {
  /// Why a text is no list: what was expected instead, for a sentence.
  public struct Misspelling: Error, Equatable {
    /// "expected …".
    public let expected: String
  }

  /// Its values, domain by domain.
  let values: [AugmentationValue]

  /// Training images as they are.
  public static let none = AugmentationList(values: [])
  /// A random crop after zero padding of 4, and mirroring.
  public static let cropFlip = AugmentationList(
    values: [AugmentationValue(.cropFlip, [])].compactMap { $0 }
  )

  /// The lists that have a name, and what is in them; crop-flip is a value of its own.
  public static let presets: KeyValuePairs<String, String> = [
    "none": "", "crop-flip": "crop-flip", "keras": "shift:0.1,flip",
    "flowers": "resized-crop:0.5,flip,color-jitter:0.2:0.2:0.2",
  ]

  private init(values: [AugmentationValue]) { self.values = values }

  /// Reads a list, or the name of a preset.
  public init(_ text: String) throws(Misspelling) {
    let name = text.lowercased()
    let list = Self.presets.first { $0.key == name }?.value ?? text
    var values: [AugmentationValue] = []
    if !list.isEmpty || text.isEmpty {
      for item in list.split(separator: ",", omittingEmptySubsequences: false) {
        values.append(try Self.value(item))
      }
    }
    if let wrong = Self.contradiction(values) { throw Misspelling(expected: wrong) }
    self.values = values
  }

  /// The list with a square of `size` pixels more, behind all that works on one sample; itself
  /// where it has one or `size` is 0.
  public func addingCutout(_ size: Int) -> AugmentationList {
    guard let cutout = AugmentationValue(.cutout, [Double(min(size, 1_000_000_000))]), !has(.cutout)
    else {
      return self
    }
    let place = values.firstIndex { $0.kind.domain > .normalized } ?? values.count
    return AugmentationList(values: values[..<place] + [cutout] + values[place...])
  }

  /// What it is read from; "none" without values.
  public var description: String {
    values.isEmpty ? "none" : values.map(\.description).joined(separator: ",")
  }

  /// Whether a kind stands in it.
  public func has(_ kind: AugmentationKind) -> Bool { values.contains { $0.kind == kind } }

  /// The first of its values that works on a domain, as it is written.
  public func first(of domain: AugmentationDomain) -> String? {
    values.first { $0.kind.domain == domain }?.description
  }

  /// What it does to each sample, in order.
  public var augmentations: [any Augmentation] { values.compactMap(\.augmentation) }

  /// How it mixes the samples of a batch; nil where it does not.
  public var mixing: BatchMixing? {
    func alpha(_ kind: AugmentationKind) -> Double? {
      values.first { $0.kind == kind }?.numbers[0]
    }
    return BatchMixing(mixup: alpha(.mixup), cutmix: alpha(.cutmix))
  }

  private static func value(_ text: Substring) throws(Misspelling) -> AugmentationValue {
    if let value = AugmentationValue(text) { return value }
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    if let kind = AugmentationKind(rawValue: words[0].lowercased()) {
      let ranges = kind.numbers.map { rule in
        let (low, high) = (plain(rule.range.lowerBound), plain(rule.range.upperBound))
        return "\(rule.name) \(low) to \(high)"
      }
      let numbers = ranges.isEmpty ? "" : ", \(ranges.joined(separator: ", "))"
      throw Misspelling(expected: "\(kind.form)\(numbers)")
    }
    throw Misspelling(
      expected: "\(presets.map(\.key).joined(separator: ", ")), or a list of "
        + AugmentationKind.allCases.map(\.form).joined(separator: ", ")
    )
  }

  /// What values that do not go together should have been; nil where they do.
  private static func contradiction(_ values: [AugmentationValue]) -> String? {
    for (place, value) in values.enumerated() {
      let (kind, before) = (value.kind, values[..<place])
      if before.contains(where: { $0.kind == kind }) { return "\(kind.rawValue) once" }
      if let late = before.first(where: { $0.kind.domain > kind.domain }) {
        return "\(kind.rawValue), which works on \(kind.domain.words), before "
          + "\(late.kind.rawValue), which works on \(late.kind.domain.words)"
      }
    }
    let kinds = Set(values.map(\.kind))
    if kinds.contains(.cropFlip), !kinds.isDisjoint(with: [.padCrop, .flip]) {
      return "crop-flip without pad-crop and flip, which it is already"
    }
    return nil
  }
}

private func plain(_ number: Double) -> String {
  number == number.rounded() ? "\(Int(number))" : "\(number)"
}
