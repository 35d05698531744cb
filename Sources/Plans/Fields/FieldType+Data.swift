import Datasets

extension FieldType<AugmentationList> {
  /// Augmentations in their order, or the name of such a list.
  static var augmentations: FieldType {
    FieldType(
      .value("LIST"),
      several: .items,
      read: { text in
        do throws(AugmentationList.Misspelling) {
          return .value(try AugmentationList(text))
        } catch {
          return .expected(error.expected)
        }
      },
      write: { $0.description }
    )
  }
}

extension FieldType<NormalizationChoice> {
  /// Where constants come from, or what they are; left out where they are the usual ones.
  static var normalization: FieldType {
    FieldType(
      .value("CONSTANTS"),
      expected: "standard, computed, mean-image or MEAN,.../DEVIATION,... on the 0...255 scale",
      read: { NormalizationChoice($0) },
      write: { $0 == .standard ? nil : $0.description }
    )
  }
}
