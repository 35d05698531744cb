/// Where the rows of a run go, in the order of their steps.
public protocol MetricsSink {
  /// Takes a row in; throws `Failure` (.file) that names what cannot be written.
  func append(_ row: MetricsRow) throws

  /// Forgets the rows of steps after `step`, so that a run can go on from there.
  ///
  /// Throws `Failure`: .data where what is there is not its own, .file where it cannot be changed.
  func cut(after step: Int) throws
}
