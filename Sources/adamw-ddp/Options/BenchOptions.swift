import ArgumentParser

/// How often something is measured, and how it is printed.
struct BenchOptions: ParsableArguments {
  @Option(
    name: .customLong("repeats"),
    parsing: .unconditional,
    help: ArgumentHelp("measurements, of which the median counts", valueName: "N")
  )
  var repeats = 10
  @Flag(name: .customLong("json"), help: "print one JSON object on stdout")
  var json = false

  func validate() throws { try requirePositive("repeats", repeats) }
}

/// Throws, while arguments are read, for a count that is none.
func requirePositive(_ flag: String, _ value: Int) throws {
  guard (1...65536).contains(value) else {
    throw ValidationError("--\(flag) \(value): expected an integer from 1 to 65536.")
  }
}
