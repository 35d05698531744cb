import Foundation
import Kernels
import TestSupport
import Testing

/// The same kernel sources are compiled three times, and the linker keeps one copy of what they
/// share: it must never be a function that was compiled for more than the machine can run.
struct SharedSymbolTests {
  private static let nm = findProgram("nm")
  /// The package's targets are built into folders beside the test binary.
  private static let build = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  private static func objects(_ module: String) -> [String] {
    let folder = build.appending(path: "\(module).build")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".swift.o") }.map { "\(folder.path)/\($0)" }.sorted()
  }

  /// The symbols that an object file defines, and their type letters.
  private func symbols(_ object: String) throws -> [(name: String, type: String)] {
    let process = Process()
    let output = Foundation.Pipe()
    process.executableURL = URL(filePath: try #require(Self.nm))
    process.arguments = ["--defined-only", object]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      return words.count == 3 ? (String(words[2]), String(words[1])) : nil
    }
  }

  @Test(
    .enabled("nm is not in the PATH") { nm != nil },
    .enabled("object files are not beside the test binary") { !objects("KernelsAVX512").isEmpty },
    arguments: ["KernelsBaseline", "KernelsAVX2", "KernelsAVX512"]
  )
  func kernelsDefineNothingThatOthersMayDefine(module: String) throws {
    let objects = Self.objects(module)
    #expect(!objects.isEmpty)
    var kernels = 0
    for object in objects {
      for (name, type) in try symbols(object) {
        // A word of data that every Swift object has; it holds no code.
        if name == "__swift_reflection_version" { continue }
        #expect(!["W", "w", "V", "v", "u"].contains(type), "\(name) in \(object) is weak")
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
