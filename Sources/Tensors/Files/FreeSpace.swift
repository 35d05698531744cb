import Glibc

/// What a file system has room for, as it says itself; quotas are not in it.
package struct FreeSpace: Sendable {
  /// Bytes that are free for this user.
  package let bytes: Double
  /// Bytes that it has in all.
  package let whole: Double

  /// So much.
  package init(bytes: Double, whole: Double) { (self.bytes, self.whole) = (bytes, whole) }

  /// The space where `path` is, or would be made; nil where the system does not say.
  package init?(at path: String) {
    var info = statvfs()
    var place = path
    while statvfs(place, &info) != 0 {
      let above = Paths.parent(of: place)
      guard errno == ENOENT, above != place else { return nil }
      place = above
    }
    let unit = Double(info.f_frsize)
    (bytes, whole) = (Double(info.f_bavail) * unit, Double(info.f_blocks) * unit)
    // Some that know nothing of it say 0.
    if whole == 0 { return nil }
  }

  /// A number of bytes for people.
  package static func text(_ bytes: Double) -> String {
    let gibibyte = 1_073_741_824.0
    return bytes >= gibibyte
      ? "\(tenths(bytes / gibibyte)) GiB" : "\(tenths(bytes / 1_048_576)) MiB"
  }

  private static func tenths(_ number: Double) -> String {
    let tenths = (number * 10).rounded()
    return tenths >= 100 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
  }
}
