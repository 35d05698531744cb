import Foundation
import TestSupport
import Testing

/// Tests that run the built program, one at a time: each may start several ranks on few cores.
@Suite(.serialized, .enabled(if: findProgram("mpirun") != nil, "mpirun is not in the PATH"))
enum ProgramTests {}

/// Runs the program alone or on `ranks` ranks; a run that takes `seconds` hangs.
func program(
  _ arguments: [String],
  ranks: Int? = nil,
  environment: [String: String?] = [:],
  seconds: Double = 60
) throws -> Spawned {
  try spawn(
    "adamw-ddp",
    arguments,
    ranks: ranks,
    environment: environment,
    seconds: seconds
  )
}

/// Waits until the command that follows it is true, 20 seconds at most.
private let awaiting = """
  await() {
    for i in $(seq 200); do
      if "$@"; then return; fi
      sleep 0.1
    done
  }
  """

/// Runs a shell script, in which $PROGRAM is the program and `await COMMAND` waits until that is
/// true, alone or as each of `ranks` ranks.
func script(
  _ text: String,
  ranks: Int? = nil,
  environment: [String: String?] = [:],
  seconds: Double = 60
) throws -> Spawned {
  let folder = try TemporaryFolder()
  let lines = "#!/bin/sh\nPROGRAM='\(try pathOfProduct("adamw-ddp"))'\n\(awaiting)\n\(text)\n"
  try folder.write(Array(lines.utf8), to: "script")
  let path = folder.path(of: "script")
  try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  return try withExtendedLifetime(folder) {
    try spawn(path, ranks: ranks, environment: environment, seconds: seconds)
  }
}

extension Spawned {
  /// What the program says as an error, without its name.
  var sentences: [String] {
    let mark = "adamw-ddp: "
    return stderr.split(separator: "\n").filter { $0.hasPrefix(mark) }
      .map { String($0.dropFirst(mark.count)) }
  }

  /// Whether it ended by itself and left no trace of a crash.
  var endedInOrder: Bool {
    let traces = ["Fatal error", "Stack dump", "crashed", "Backtrac"]
    return !timedOut && !traces.contains { stderr.contains($0) || stdout.contains($0) }
  }

  /// Standard output as one JSON object and nothing else.
  func object() throws -> [String: Any] {
    #expect(stdout.hasSuffix("}\n") && stdout.count { $0 == "\n" } == 1, "\(stdout)")
    let value = try JSONSerialization.jsonObject(with: Data(stdout.utf8))
    return try #require(value as? [String: Any])
  }

  /// The digits of a number in the JSON object on standard output.
  ///
  /// JSONSerialization rounds in the last place, which a comparison of runs must not.
  func digits(_ name: String) throws -> String {
    _ = try object()
    let start = try #require(stdout.range(of: "\"\(name)\":")).upperBound
    return String(stdout[start...].prefix { $0 != "," && $0 != "}" })
  }
}

/// Whether two files hold the same bytes.
///
/// A plain `==` of data in an expectation would spend minutes on saying how large ones differ.
func areSame(_ a: Data, _ b: Data) -> Bool { a == b }

/// A JSON file of one object.
func jsonObject(_ path: String) throws -> [String: Any] {
  let value = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
  return try #require(value as? [String: Any])
}
