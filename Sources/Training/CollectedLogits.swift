import Checkpoints
import Collectives
import Datasets
import Tensors

/// The logits of an evaluation, image by image, on their way into a file.
final class CollectedLogits {
  private let images: any ImageDataset
  private let classes: Int
  /// [image][class]; a rank has its own images', until they are written.
  private var values: [Float]

  /// Room for the logits of all `images`.
  init(_ images: any ImageDataset, classes: Int) {
    (self.images, self.classes) = (images, classes)
    values = Array(repeating: 0, count: images.count * classes)
  }

  /// Takes in the logits of images from the number `first` on.
  func take(_ first: Int, _ logits: UnsafeBufferPointer<Float>) {
    values.replaceSubrange(first * classes..<first * classes + logits.count, with: logits)
  }

  /// Brings all ranks' together and writes them with the labels, in image order, as a safetensors
  /// file; every rank calls it, and rank r has the images from `imageOffsets[r]` on.
  ///
  /// Throws the same `Failure` on all ranks: .file where it cannot be written, .launch when a rank
  /// is lost.
  func write(
    to path: String,
    imageOffsets: [Int],
    _ communicator: any Communicator
  ) throws {
    let offsets = imageOffsets.map { $0 * classes * MemoryLayout<Float>.stride }
    try values.withUnsafeMutableBytes { try communicator.allGather($0, offsets: offsets) }
    try communicator.together {
      guard communicator.rank == 0 else { return }
      let labels = (0..<images.count).map { Int64(images.label($0)) }
      let tensors = [
        "logits": Safetensors.Tensor(shape: [images.count, classes], values: .float(values)),
        "labels": Safetensors.Tensor(shape: [images.count], values: .integer(labels)),
      ]
      try Safetensors(tensors: tensors, metadata: [:]).write(to: path)
    }
  }
}
