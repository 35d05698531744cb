import Optimizers

/// A value that is one of a few words.
typealias Word = CaseIterable & RawRepresentable<String> & Sendable

extension FieldType where Value: Word {
  /// One of the words, in any case.
  static var choice: FieldType {
    let names = Value.allCases.map(\.rawValue)
    return FieldType(
      .value(names.joined(separator: "|")),
      expected: names.joined(separator: " or "),
      read: { Value(rawValue: $0.lowercased()) },
      write: { $0.rawValue }
    )
  }
}

extension FieldType {
  /// Some of the words, in any case, separated by commas.
  static func names<T: Word & Hashable>() -> FieldType where Value == Set<T> {
    FieldType(
      .values("NAME"),
      several: .items,
      expected: "some of " + T.allCases.map(\.rawValue).joined(separator: ", "),
      read: { items($0) { T(rawValue: $0.lowercased()) }.map { Set($0) } },
      write: { chosen in
        joined(T.allCases.filter { chosen.contains($0) }) { $0.rawValue }
      }
    )
  }

  /// Values of which each is `after` the one before it, separated by commas.
  static func list<T: Sendable>(
    _ placeholder: String,
    _ several: PlanField.Several,
    expected: String,
    after: @escaping @Sendable (T, T) -> Bool,
    read: @escaping @Sendable (String) -> T?,
    write: @escaping @Sendable (T) -> String
  ) -> FieldType where Value == [T] {
    FieldType(
      .value(placeholder),
      several: several,
      expected: expected,
      read: { text in
        items(text, read).flatMap { values in
          zip(values, values.dropFirst()).allSatisfy { after($1, $0) } ? values : nil
        }
      },
      write: { joined($0, write) }
    )
  }
}

extension FieldType<[ParameterGroup: Double]> {
  /// A factor for some kinds of tensors.
  static var factors: FieldType {
    FieldType(
      .value("KIND=X,..."),
      several: .pairs("="),
      expected: "such as bias=2,norm=0.5, of conv, dense, norm, bias",
      read: { text in
        let factors = items(text) { item -> (ParameterGroup, Double)? in
          let sides = item.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
          guard sides.count == 2, let group = ParameterGroup(rawValue: sides[0].lowercased())
          else { return nil }
          return NumberRange.notNegative.read(sides[1]).map { (group, $0) }
        }
        return factors.flatMap { Set($0.map(\.0)).count == $0.count ? $0 : nil }
          .map(Dictionary.init(uniqueKeysWithValues:))
      },
      write: { factors in
        joined(ParameterGroup.allCases.filter { factors[$0] != nil }) {
          "\($0.rawValue)=\(factors[$0] ?? 1)"
        }
      }
    )
  }
}

extension FieldType<Betas> {
  /// β1 and β2.
  static var betas: FieldType {
    FieldType(
      .value("B1,B2"),
      several: .items,
      expected: "two numbers below 1 such as 0.9,0.999",
      read: { text in
        items(text, NumberRange.fraction.read)
          .flatMap { $0.count == 2 ? Betas($0[0], $0[1]) : nil }
      },
      write: { "\($0.first),\($0.second)" }
    )
  }
}

/// What stands between commas, read one by one; nil where one cannot be read.
private func items<T>(_ text: String, _ read: (String) -> T?) -> [T]? {
  let items = text.split(separator: ",", omittingEmptySubsequences: false)
  let values = items.compactMap { read(String($0)) }
  return values.count == items.count ? values : nil
}

/// The texts with commas between them, nil for none.
private func joined<T>(_ values: [T], _ write: (T) -> String) -> String? {
  values.isEmpty ? nil : values.map(write).joined(separator: ",")
}
