/// The libraries that read pictures, which are opened when the first picture is: the only place that
/// knows their files and packages.
public enum PictureLibrary: CaseIterable, Sendable {
  /// libjpeg-turbo by its TurboJPEG API.
  case jpeg
  /// libpng by its simplified API.
  case png

  /// For people.
  public var name: String {
    switch self {
    case .jpeg: "JPEG"
    case .png: "PNG"
    }
  }

  /// The file that the dynamic linker is asked for, with the version of its interface.
  package var soname: String {
    switch self {
    case .jpeg: "libturbojpeg.so.0"
    case .png: "libpng16.so.16"
    }
  }

  /// The package of Debian and Ubuntu that has it.
  public var package: String {
    switch self {
    case .jpeg: "libturbojpeg0"
    case .png: "libpng16-16"
    }
  }

  /// The sentence for a machine without it; `reason` is the system's.
  func missing(_ reason: String) -> String {
    "\(name) pictures need \(soname), which cannot be opened (\(reason)): install the package "
      + "\(package) of Debian or Ubuntu (apt-get install \(package)), or put the library's folder "
      + "into LD_LIBRARY_PATH"
  }
}
