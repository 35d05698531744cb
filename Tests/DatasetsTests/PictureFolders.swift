import Pictures
import Tensors
import TestSupport

/// A small picture whose colours follow from its number.
func smallPicture(_ number: Int, width: Int = 6, height: Int = 5, channels: Int = 3) -> Picture {
  let bytes = (0..<width * height * channels).map { place in
    UInt8(truncatingIfNeeded: 37 * number + place * (number + 3) + place * place)
  }
  return Picture(width: width, height: height, channels: channels, bytes: bytes)
}

/// A folder with these PNG files, whose numbers are their places in the list.
func pictureFolder(_ names: [String], channels: Int = 3) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for (number, name) in names.enumerated() {
    try folder.write(try PNGWriter.encoded(smallPicture(number, channels: channels)), to: name)
  }
  return folder
}

/// Why pictures cannot be read here; nil where both libraries are there.
let missingLibraries: String? = {
  do throws(Failure) {
    for library in PictureLibrary.allCases { _ = try PictureDecoder.version(library) }
    return nil
  } catch {
    return error.message
  }
}()
