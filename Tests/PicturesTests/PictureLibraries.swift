import Pictures
import Tensors

/// Why pictures cannot be read here; nil where both libraries are there.
///
/// A build needs neither, and tests of pictures are skipped without them.
let missingLibraries: String? = {
  do throws(Failure) {
    for library in PictureLibrary.allCases { _ = try PictureDecoder.version(library) }
    return nil
  } catch {
    return error.message
  }
}()
