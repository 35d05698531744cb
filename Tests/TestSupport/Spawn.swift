import FoundationEssentials
import Glibc
import Synchronization

/// What a program that has ended left behind.
public struct Spawned: Sendable {
  /// Its exit code, or 128 + the signal that ended it.
  public let status: Int32
  /// All it wrote to standard output.
  public let stdout: String
  /// All it wrote to standard error.
  public let stderr: String
  /// Whether it was killed because its time was over.
  public let timedOut: Bool
}

/// The path of a program that the shell would find.
public func findProgram(_ name: String) -> String? {
  let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
  return folders.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
}

/// Runs an executable of this package, which lies beside the test binary, or one given by its
/// absolute path, with `ranks` ranks under mpirun or directly.
///
/// `environment` is added to that of this process, without what an MPI launcher put there; a nil
/// value takes a name out. Throws a `ContractViolation` when the program cannot be started.
public func spawn(
  _ product: String,
  _ arguments: [String] = [],
  ranks: Int? = nil,
  environment: [String: String?] = [:],
  seconds: Double = 150
) throws -> Spawned {
  let executable = product.hasPrefix("/") ? product : try pathOfProduct(product)
  guard let ranks else {
    return try run([executable] + arguments, environment: environment, seconds: seconds)
  }
  guard let mpirun = findProgram("mpirun") else {
    throw ContractViolation("mpirun is not in the PATH")
  }
  let launcher = [mpirun, "-n", "\(ranks)", "--oversubscribe", "--bind-to", "none"]
  let command = launcher + ["--timeout", "120", executable] + arguments
  return try run(command, environment: environment, seconds: seconds)
}

/// The path of an executable of this package.
public func pathOfProduct(_ product: String) throws -> String {
  try productFolder() + "/" + product
}

private func productFolder() throws -> String {
  var path = [UInt8](repeating: 0, count: 4096)
  let length = path.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
  let name = String(decoding: path.prefix(max(0, length)), as: UTF8.self)
  guard let slash = name.lastIndex(of: "/") else {
    throw ContractViolation("the folder of this test is unknown")
  }
  return String(name[..<slash])
}

/// One start at a time: a program started meanwhile would inherit the writing ends and keep them
/// open.
private let spawning = Mutex(())

private func run(
  _ command: [String],
  environment: [String: String?],
  seconds: Double
) throws -> Spawned {
  var variables = ProcessInfo.processInfo.environment.filter { name, _ in
    !["OMPI_COMM", "PMIX_", "PMI_"].contains { name.hasPrefix($0) }
  }
  variables["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
  variables["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
  for (name, value) in environment { variables[name] = value }
  var (child, output, errors) = try spawning.withLock { _ in
    var (output, errors) = (try Pipe(), try Pipe())
    defer {
      output.closeWriter()
      errors.closeWriter()
    }
    let child = try start(command, variables, stdout: output.writer, stderr: errors.writer)
    return (child, output, errors)
  }
  let (status, timedOut) = Pipe.drain(&output, &errors, of: child, seconds: seconds)
  let signal = status & 0x7F
  return Spawned(
    status: signal == 0 ? status >> 8 & 0xFF : 128 + signal,
    stdout: String(decoding: output.bytes, as: UTF8.self),
    stderr: String(decoding: errors.bytes, as: UTF8.self),
    timedOut: timedOut
  )
}

/// Starts the command in a process group of its own, with nothing to read.
private func start(
  _ command: [String],
  _ variables: [String: String],
  stdout: Int32,
  stderr: Int32
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, stdout, 1)
  posix_spawn_file_actions_adddup2(&actions, stderr, 2)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  // What the test runner blocks or ignores must not be inherited: mpirun could not be asked to end.
  var (none, all) = (sigset_t(), sigset_t())
  sigemptyset(&none)
  sigfillset(&all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
  posix_spawnattr_setflags(&attributes, Int16(flags))
  var arguments = command.map { strdup($0) } + [nil]
  var environment = variables.map { strdup("\($0)=\($1)") } + [nil]
  defer { for string in arguments + environment { free(string) } }
  var child = pid_t()
  let code = posix_spawn(&child, command[0], &actions, &attributes, &arguments, &environment)
  guard code == 0 else {
    throw ContractViolation("\(command[0]) cannot be started: \(String(cString: strerror(code)))")
  }
  return child
}
