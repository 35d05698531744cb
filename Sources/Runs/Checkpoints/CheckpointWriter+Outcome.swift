import Tensors

extension CheckpointWriter {
  /// A step and what became of its checkpoint.
  package struct Outcome: Sendable {
    /// Steps taken.
    package let step: Int
    /// Why there is none; nil where it is on disk.
    package let failure: Failure?
    /// What else there is to say: why older ones could not be taken away, or why the run had to wait.
    package var remarks: [String] = []
    /// Seconds from the copy to the end.
    package let seconds: Double
  }
}
