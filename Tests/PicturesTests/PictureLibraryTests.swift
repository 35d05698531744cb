import Foundation
import Pictures
import Tensors
import Testing

struct PictureLibraryTests {
  @Test func aMissingLibraryNamesItsPackage() {
    let failure = refusal {
      try SharedLibrary(.jpeg, file: "libnowhere.so.0")
    }
    #expect(failure?.kind == .data)
    #expect(failure?.message.hasPrefix("JPEG pictures need libturbojpeg.so.0, which") == true)
    #expect(failure?.message.contains("apt-get install libturbojpeg0") == true)
  }

  /// launch/packages.sh offers the packages under the same names.
  @Test func theScriptsOfferTheSamePackages() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let script = try String(contentsOf: root.appending(path: "launch/packages.sh"), encoding: .utf8)
    for library in PictureLibrary.allCases {
      let line = "[[ $known == *\(library.soname)* ]] || offered+=(\(library.package))"
      #expect(script.contains(line), "\(line)")
    }
  }

  @Test func aLibraryWithoutAFunctionIsAsGoodAsNone() throws {
    // Every program has this one.
    let library = try SharedLibrary(.png, file: "libc.so.6")
    let failure = refusal {
      try library.function("png_image_free", as: (@convention(c) () -> Void).self)
    }
    #expect(failure?.message.contains("it has no png_image_free") == true)
    #expect(failure?.message.contains("apt-get install libpng16-16") == true)
  }
}
