import Tensors

/// What the classes of images are called against those of a model, whose logits know numbers alone.
struct ClassNames {
  /// The model's, in the order of its logits.
  let model: [String]
  /// The images', in the order of their labels.
  let images: [String]

  /// A sentence's part on what differs, "3 of the 10 classes are …"; nil where nothing does.
  var difference: String? {
    let wrong = zip(model, images).enumerated().filter { $0.element.0 != $0.element.1 }
    if wrong.isEmpty { return nil }
    if Set(model) == Set(images) {
      return "the classes are the same in another order (\(examples(wrong)))"
    }
    return "\(wrong.count) of the \(images.count) classes have other names (\(examples(wrong)))"
  }

  /// "number 3 is 'cat' and was 'dog'", for the first of them.
  private func examples(_ wrong: [(offset: Int, element: (String, String))]) -> String {
    let shown = wrong.prefix(3).map { number, names in
      "number \(number) is '\(names.1)' and was '\(names.0)' in training"
    }
    return shown.joined(separator: ", ") + (wrong.count > shown.count ? ", …" : "")
  }
}
