import Checkpoints
import Tensors

/// A folder of checkpoints that is written only while it is still the same run's: `lock` is the
/// number of that run's lock.
extension CheckpointFolder {
  /// Throws `Failure` (.file) where another run's folder has taken the place of this one's.
  func check(_ lock: UInt64?) throws(Failure) {
    // Without a lock it is no run's that goes on.
    if let other = FolderLock.number(in: run), other != lock {
      throw Failure(.file, "cannot write \(path): it is another run's by now.")
    }
  }

  /// Takes away what is left of a checkpoint that has no manifest: it only takes room.
  func clear(step: Int, _ lock: UInt64?) {
    do {
      try check(lock)
      guard try FileStatus(manifest(step: step), .file) == nil else { return }
      try remove(step: step)
    } catch {
      // What cannot be removed is none the less not a checkpoint.
    }
  }
}
