import Pictures
import TestSupport

/// Images of the kinds that fields of the plan are about, which take a word's place in a setting:
/// DATA for other images than usual, CIFAR100, and PICTURES of one size that are not square.
enum TrialData {
  private static let folders: Result<[String: TemporaryFolder], any Error> = Result {
    ["DATA": try cifarFolder(train: 80), "CIFAR100": try cifar100(), "PICTURES": try pictures()]
  }

  /// The text with a folder for each of the words, and `place` for PLACE.
  static func text(_ text: String, place: String) throws -> String {
    var text = text.replacing("PLACE", with: place)
    // None of the others' texts has such a word in it.
    guard text.contains(where: \.isUppercase) else { return text }
    for (word, folder) in try folders.get() { text = text.replacing(word, with: folder.path) }
    return text
  }

  /// A coarse label, a fine one, 3072 bytes each.
  private static func cifar100() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, count) in [("train.bin", 60), ("test.bin", 20)] {
      let records = (0..<count).map { image in
        let fine = (7 * image) % 100
        return [UInt8(fine / 5), UInt8(fine)]
          + (0..<3072).map { UInt8(truncatingIfNeeded: 2 * fine + (image * 37 + $0 * 11) % 50) }
      }
      try folder.write(Array(records.joined()), to: name)
    }
    return folder
  }

  private static func pictures() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (part, count) in [("train", 20), ("test", 6)] {
      for image in 0..<2 * count {
        let bytes = (0..<20 * 28 * 3).map {
          UInt8(truncatingIfNeeded: image * 13 + $0 * (image % 2 == 0 ? 7 : 11))
        }
        let picture = Picture(width: 28, height: 20, channels: 3, bytes: bytes)
        let name = "\(part)/\(image % 2 == 0 ? "even" : "odd")/\(image).png"
        try folder.write(try PNGWriter.encoded(picture), to: name)
      }
    }
    return folder
  }
}
