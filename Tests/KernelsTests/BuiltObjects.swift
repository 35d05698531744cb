import Foundation
import TestSupport
import Testing

/// The object files of the package's targets, which are built into folders beside the test binary.
enum BuiltObjects {
  private static let build = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  private static func names(_ folder: URL) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  }

  /// The modules that have objects.
  static let modules = names(build).filter { $0.hasSuffix(".build") }
    .map { String($0.dropLast(6)) }.filter { !of($0).isEmpty }.sorted()

  /// The objects of a module.
  static func of(_ module: String) -> [String] {
    let folder = build.appending(path: "\(module).build")
    return names(folder).filter { $0.hasSuffix(".swift.o") }.map { "\(folder.path)/\($0)" }.sorted()
  }

  /// What a program writes, by lines.
  static func lines(of program: String, _ arguments: [String]) throws -> [Substring] {
    let process = Process()
    let output = Foundation.Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return text.split(separator: "\n")
  }
}
