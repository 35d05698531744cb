import Foundation
import TestSupport
import Testing

/// Whether the formatter came with the compiler.
private let hasFormatter: Bool = {
  guard let swift = findProgram("swift") else { return false }
  return (try? spawn(swift, ["format", "--version"]))?.status == 0
}()

/// Rules of the sources that the compiler does not know.
struct SourceRulesTests {
  private let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Lines of Swift and C under Sources as "target/File.swift: line", where `isMeant` holds.
  private func lines(where isMeant: (String) -> Bool) throws -> [String] {
    let sources = root + "/Sources"
    let files = try FileManager.default.subpathsOfDirectory(atPath: sources)
      .filter { $0.hasSuffix(".swift") || $0.hasSuffix(".h") }
    #expect(files.count > 50)
    return try files.flatMap { file in
      try String(contentsOfFile: "\(sources)/\(file)", encoding: .utf8)
        .split(separator: "\n").map(String.init).filter(isMeant).map { "\(file): \($0)" }
    }
  }

  private func target(_ line: String) -> String { String(line.prefix { $0 != "/" }) }

  /// The compiler checks the imports of Swift targets (see launch/test.sh), not those of C.
  @Test(arguments: [
    ("CMPI", ["MPICollectives"]),
    ("COpenBLAS", ["Kernels"]),
    (
      "CPlatform",
      [
        "Collectives", "Kernels", "KernelsAVX2", "KernelsAVX512", "KernelsBaseline", "Optimizers",
        "Tensors",
      ]
    ),
  ])
  func aSystemLibraryIsKnownToFew(library: String, targets: [String]) throws {
    let imports = try lines { $0.hasSuffix("import \(library)") }
    #expect(Set(imports.map(target)).isSubset(of: targets), "\(imports)")
  }

  @Test func onlyTheExecutableReadsTheEnvironment() throws {
    let words = ["processInfo.environment", "getenv(", "environ["]
    let readers = try lines { line in words.contains { line.contains($0) } }
    #expect(Set(readers.map(target)) == ["adamw-ddp"], "\(readers)")
  }

  /// A result that does not arrive is an error, which a bare print would not see.
  @Test func resultsAreWrittenInOnePlace() throws {
    let words = /\b(print|debugPrint|dump|printf|puts|fputs|putchar)\(/
    let prints = try lines { $0.contains(words) || $0.contains("STDOUT_FILENO") }
      .filter { !$0.contains("/Results.swift: ") && !$0.contains("/StandardStreams.swift: ") }
    #expect(prints == [])
  }

  /// Foundation's file functions expand "~", cut ".." and lose the system's reason.
  @Test func filesAreReadAndWrittenInOneWay() throws {
    let words = [
      "FileManager", "Data(contentsOf", "String(contentsOf", "URL(", "NSString", "FileHandle",
      "strerror(", ".write(to: URL", "contentsOfFile", "fopen(",
    ]
    let calls = try lines { line in words.contains { line.contains($0) } }
      .filter { !$0.hasPrefix("Tensors/Files/FileBytes.swift: ") }
    #expect(calls == [])
  }

  @Test func nothingCrashesOnPurpose() throws {
    let words = ["fatalError", "try!", "as!"]
    let crashes = try lines { line in words.contains { line.contains($0) } }
    #expect(crashes == [])
  }

  @Test(.enabled(if: hasFormatter, "there is no swift format"))
  func theFormatterIsContent() throws {
    let swift = try #require(findProgram("swift"))
    let paths = ["Sources", "Tests", "Package.swift"].map { "\(root)/\($0)" }
    let job = try spawn(swift, ["format", "lint", "--strict", "--recursive"] + paths)
    #expect(job.status == 0, "\(job.stderr)")
  }
}
