import Checkpoints
import Datasets
import Tensors

extension ModelFile {
  /// The tensor of the mean image: channels × height × width on the 0…255 scale.
  ///
  /// It is none of the network's, so that PyTorch's load_state_dict takes the others with
  /// strict=False.
  static let meanImageName = "normalization.mean_image"

  /// The mean image as a tensor; nil where there is none.
  static func meanImage(
    _ normalization: Normalization,
    _ shape: ImageShape
  ) -> Safetensors.Tensor? {
    normalization.image.map { image in
      let values = (0..<shape.count).map { place in
        let (channel, pixel) = place.quotientAndRemainder(dividingBy: shape.pixels)
        return image[pixel * shape.channels + channel]
      }
      return Safetensors.Tensor(
        shape: [shape.channels, shape.height, shape.width],
        values: .float(values)
      )
    }
  }

  /// The mean image of a file, height × width × channels; nil where its metadata have none.
  ///
  /// Throws `Failure` (.data) that names `path` where it is missing or another.
  static func meanImage(
    _ metadata: ModelMetadata,
    in file: Safetensors,
    from path: String
  ) throws -> [Float]? {
    guard let digest = metadata.meanImage else { return nil }
    let shape = metadata.shape
    guard let tensor = file.tensors[meanImageName], case .float(let values) = tensor.values,
      tensor.shape == [shape.channels, shape.height, shape.width]
    else { throw Failure(.data, "\(path): \(meanImageName) is missing or has another shape.") }
    let image = (0..<shape.count).map { place in
      let (pixel, channel) = place.quotientAndRemainder(dividingBy: shape.channels)
      return values[channel * shape.pixels + pixel]
    }
    guard ModelMetadata.digest(image) == digest else {
      throw Failure(.data, "\(path): \(meanImageName) is not that of its metadata.")
    }
    return image
  }
}
