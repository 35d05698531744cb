import Foundation
import Tensors

/// metrics.csv and metrics.jsonl: a row for every interval of steps, every epoch and every evaluation.
public final class MetricsLog {
  /// One row; what does not apply is nil.
  public struct Row: Sendable {
    /// "train" (an interval of steps), "epoch" (a whole epoch's training), "test", or "test-ema" for the weights' moving average.
    public var kind: String
    /// Steps taken.
    public var step: Int
    /// Epochs begun, from 1.
    public var epoch: Int
    /// Mean loss.
    public var loss: Double
    /// What coupled decay adds to it: ½·Σ l2·θ², the mean over the steps.
    public var penalty: Double?
    /// Right answers as a fraction.
    public var accuracy: Double
    /// Images whose label is among the five largest logits, as a fraction.
    public var accuracy5: Double?
    /// ‖g‖ of the last step.
    public var gradientNorm: Double?
    /// η·α of the last step.
    public var learningRate: Double?
    /// η of the last step.
    public var multiplier: Double?
    /// What decoupled decay took off a weight in the last step, as a part of it: η·λ, times α in dialects that have it so.
    public var decay: Double?
    /// Training images a second.
    public var imagesPerSecond: Double?
    /// Seconds since the run began.
    public var seconds: Double

    fileprivate var fields: [(String, String)] {
      func number(_ x: Double?) -> String { x.map { "\($0)" } ?? "" }
      return [
        ("kind", "\"\(kind)\""), ("step", "\(step)"), ("epoch", "\(epoch)"),
        ("loss", number(loss)), ("penalty", number(penalty)),
        ("total", number(penalty.map { loss + $0 })), ("accuracy", number(accuracy)),
        ("accuracy5", number(accuracy5)), ("gradient_norm", number(gradientNorm)),
        ("learning_rate", number(learningRate)),
        ("multiplier", number(multiplier)), ("decay", number(decay)),
        ("images_per_s", number(imagesPerSecond)), ("seconds", number(seconds)),
      ]
    }
  }

  private let csv: FileHandle
  private let lines: FileHandle
  private let folder: RunFolder
  private var hasHeader = false

  /// Opens both files in a run folder, emptying them; throws `Failure` (.file).
  public init(_ folder: RunFolder) throws {
    self.folder = folder
    func open(_ name: String) throws -> FileHandle {
      let path = folder.file(name)
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let handle = FileHandle(forWritingAtPath: path)
      else { throw Failure(.file, "cannot write \(path).") }
      return handle
    }
    csv = try open("metrics.csv")
    lines = try open("metrics.jsonl")
  }

  /// Appends a row to both; throws `Failure` (.file) when the disk is full.
  public func append(_ row: Row) throws {
    let fields = row.fields
    var text = hasHeader ? "" : fields.map(\.0).joined(separator: ",") + "\n"
    hasHeader = true
    text += fields.map { $0.1.replacingOccurrences(of: "\"", with: "") }.joined(separator: ",")
    // NaN and infinity are no JSON; a diverged run says null.
    let object = fields.map { name, value in
      let finite = !["", "nan", "-nan", "inf", "-inf"].contains(value)
      return "\"\(name)\": \(finite ? value : "null")"
    }
    do {
      try csv.write(contentsOf: Data((text + "\n").utf8))
      try lines.write(contentsOf: Data("{\(object.joined(separator: ", "))}\n".utf8))
    } catch {
      throw Failure(.file, "cannot write the metrics in \(folder.path): \(error).")
    }
  }
}
