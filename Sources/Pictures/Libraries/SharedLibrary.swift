import CPictures
import Glibc
import Tensors

/// A shared library that was opened while the program runs; it stays open to the program's end.
package struct SharedLibrary: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer
  private let library: PictureLibrary

  /// Opens `library`; throws a `.data` failure that names its package where it is not there.
  init(_ library: PictureLibrary) throws(Failure) {
    try self.init(library, file: library.soname)
  }

  /// Opens `file` as `library`; throws as the other does.
  package init(_ library: PictureLibrary, file: String) throws(Failure) {
    guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
      throw Failure(.data, library.missing(Self.reason))
    }
    (self.handle, self.library) = (handle, library)
  }

  /// A function of the library as `Function`, whose type must be that of the C declaration.
  ///
  /// Throws a `.data` failure that names it where the library has none of that name.
  package func function<Function>(_ name: String, as type: Function.Type) throws(Failure)
    -> Function
  {
    guard let symbol = dlsym(handle, name) else {
      throw Failure(.data, library.missing("it has no \(name)"))
    }
    return unsafeBitCast(symbol, to: type)
  }

  /// The file that was opened, links followed; nil where the system does not say.
  func file(of symbol: String) -> String? {
    guard let symbol = dlsym(handle, symbol), let name = pictures_file(symbol),
      let path = realpath(name, nil)
    else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  private static var reason: String { dlerror().map { String(cString: $0) } ?? "no reason given" }
}
