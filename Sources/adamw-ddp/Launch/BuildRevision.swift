import Tensors

/// The git revision that this program was built from, which launch/build.sh has the linker write
/// into it as its build ID: "git:", the commit's twenty bytes, and 1 where files differed from it.
///
/// A build ID costs no compiling; and SwiftPM's own `Context.gitInformation` is that of the first
/// build, since manifests are cached (to be seen by printing it before and after a commit).
enum BuildRevision {
  /// "d670460b…", with "-dirty" where files differed from it; nil where another build was made.
  static var text: String? {
    (try? FileBytes.read("/proc/self/exe", most: 65536)).flatMap(text(ofELF:))
  }

  /// The same of an ELF file of 64 bits, of which these are the first bytes.
  static func text(ofELF bytes: [UInt8]) -> String? {
    func number(_ offset: Int, _ size: Int) -> Int? {
      guard offset >= 0, offset + size <= bytes.count else { return nil }
      return Int(
        truncatingIfNeeded: bytes[offset..<offset + size].reversed().reduce(UInt64(0)) {
          $0 << 8 | UInt64($1)
        }
      )
    }
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let table = number(32, 8),
      let size = number(54, 2), let count = number(56, 2)
    else { return nil }
    for entry in 0..<count {
      let header = table + entry * size
      // PT_NOTE
      guard number(header, 4) == 4, let start = number(header + 8, 8),
        let length = number(header + 32, 8)
      else { continue }
      var note = start
      while note + 12 <= start + length, let name = number(note, 4), let value = number(note + 4, 4)
      {
        let begin = note + 12 + (name + 3) / 4 * 4
        // NT_GNU_BUILD_ID
        if number(note + 8, 4) == 3, begin + value <= bytes.count {
          return text(ofID: bytes[begin..<begin + value])
        }
        note = begin + (value + 3) / 4 * 4
      }
    }
    return nil
  }

  private static func text(ofID id: ArraySlice<UInt8>) -> String? {
    let mark = Array("git:".utf8)
    guard id.count == mark.count + 21, id.starts(with: mark), let isDirty = id.last else {
      return nil
    }
    let commit = id.dropFirst(mark.count).dropLast()
    return commit.hexadecimal + (isDirty == 0 ? "" : "-dirty")
  }
}
