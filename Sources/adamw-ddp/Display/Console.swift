import Foundation
import Logging
import Tensors

/// Messages for people, on stderr.
enum Console {
  /// Writes a line; on a terminal that is narrower, several, the later ones behind `indent` spaces.
  static func line(_ text: String, indent: Int = 2) {
    guard isTerminal else { return write(text + "\n") }
    for line in WrappedText.lines(text, columns: columns, indent: indent) { write(line + "\n") }
  }

  /// Writes fields as a line; on a terminal that is narrower, as several, each field in one.
  static func line(fields: [String]) {
    let gap = "  "
    guard isTerminal else { return write(fields.joined(separator: gap) + "\n") }
    let lines = WrappedText.lines(fields, gap: gap, columns: columns, indent: 2)
    for line in lines { write(line + "\n") }
  }

  /// Writes an error as one line with the program's name and a full stop.
  static func error(_ text: String) {
    let ends = [".", "?", "!"].contains { text.hasSuffix($0) }
    write("adamw-ddp: \(text)\(ends ? "" : ".")\n")
  }

  /// Writes a text as it is; messages that nobody can get are no reason to end a run.
  static func write(_ text: String) {
    var copy = text
    _ = copy.withUTF8 { FileBytes.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }

  /// Whether people watch, on a terminal that can go back to a line's begin.
  static var isTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// The columns that the terminal has now: people change it while they watch.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// A logger whose lines read "WARNING: …".
  static func logger(_ level: Logger.Level) -> Logger {
    var logger = Logger(label: "adamw-ddp") { _ in PlainLogHandler() }
    logger.logLevel = level
    return logger
  }
}

/// Lines without time and label: the reader started the program himself.
private struct PlainLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let level = event.level == .warning ? "WARNING" : "\(event.level)"
    Console.line(event.level < .notice ? "\(event.message)" : "\(level): \(event.message)")
  }
}
