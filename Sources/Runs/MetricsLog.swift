/// The sinks of a run: every row goes to each of them.
public struct MetricsLog: MetricsSink {
  private let sinks: [any MetricsSink]

  /// A log that writes to these.
  public init(_ sinks: [any MetricsSink]) { self.sinks = sinks }

  /// The sinks of a run folder: a file of each format, emptied unless the run `continues` one.
  ///
  /// Throws `Failure` (.file).
  public init(_ folder: RunFolder, continues: Bool = false) throws {
    sinks = try MetricsFormat.allCases.map {
      try MetricsFile(folder.file($0.name), $0, continues: continues)
    }
  }

  /// Takes a row in; throws `Failure` (.file) that names what cannot be written.
  public func append(_ row: MetricsRow) throws { for sink in sinks { try sink.append(row) } }

  /// Forgets the rows of steps after `step` in all of them; throws what a sink throws.
  public func cut(after step: Int) throws { for sink in sinks { try sink.cut(after: step) } }
}
