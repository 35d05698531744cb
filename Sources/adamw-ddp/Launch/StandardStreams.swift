import Glibc

/// Standard input, output and error as every program may rely on them.
enum StandardStreams {
  /// Opens those that the caller has closed, before any other file can get their numbers.
  ///
  /// What is written to a closed standard output fails, as it would have; messages go nowhere.
  static func open() {
    for (number, mode) in [
      (STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ] where fcntl(number, F_GETFD) < 0 {
      // The lowest number that is free.
      _ = Glibc.open("/dev/null", mode)
    }
  }
}
