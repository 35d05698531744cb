import Foundation
import Kernels
import TestSupport
import Testing

/// The same kernel sources are compiled three times, and the linker keeps one copy of what they
/// share: it must never be a function that was compiled for more than the machine can run.
struct SharedSymbolTests {
  private static let nm = findProgram("nm")

  /// The symbols that an object file defines, and their type letters.
  private func symbols(_ object: String) throws -> [(name: String, type: String)] {
    let lines = try BuiltObjects.lines(of: try #require(Self.nm), ["--defined-only", object])
    return lines.compactMap { line in
      let words = line.split(separator: " ")
      return words.count == 3 ? (String(words[2]), String(words[1])) : nil
    }
  }

  /// Whether a mangled name begins with the module's.
  private static func belongs(_ name: String, to module: String) -> Bool {
    name.hasPrefix("$s\(module.utf8.count)\(module)")
  }

  @Test(
    .enabled("nm is not in the PATH") { nm != nil },
    .enabled("object files are not beside the test binary") {
      !BuiltObjects.of("KernelsAVX512").isEmpty
    },
    arguments: ["KernelsBaseline", "KernelsAVX2", "KernelsAVX512"]
  )
  func kernelsDefineNothingThatOthersMayDefine(module: String) throws {
    let objects = BuiltObjects.of(module)
    #expect(!objects.isEmpty)
    var kernels = 0
    for object in objects {
      for (name, type) in try symbols(object) {
        // A word of data that every Swift object has; it holds no code.
        if name == "__swift_reflection_version" { continue }
        // Weak is also what several threads of the compiler share of one module; its name says so.
        if ["W", "w", "V", "v", "u"].contains(type) {
          #expect(Self.belongs(name, to: module), "\(name) in \(object) is weak")
        }
        // A strong function is a kernel of this module and of no other.
        if type == "T" {
          #expect(name.contains(module), "\(name) in \(object)")
          kernels += 1
        }
      }
    }
    #expect(kernels >= 16)
  }
}
