import Checkpoints
import Foundation
import Networks
import Tensors
import TestSupport

/// Logits and gradients of one batch in training mode, for Tests/pytorch/compare-gradients.sh.
///
///     gradient-probe list
///     gradient-probe MODEL WEIGHTS BATCH RESULT [silu] [auto|winograd|direct]
///
/// WEIGHTS, BATCH and RESULT are safetensors files in PyTorch's order: a state dict; "images" [N,
/// C, H, W], "labels" [N] and "classes" [1]; "logits" [N, classes] and by its name each parameter's
/// gradient of the mean loss. BatchNorm takes the statistics of the whole batch, which lies in
/// eight lanes as in a run. `silu` puts SiLU in the place of every ReLU.
@main
struct GradientProbe {
  private static let lanes = 8

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      if arguments == ["list"] { return print(ModelCatalog.names.joined(separator: "\n")) }
      guard arguments.count >= 4 else {
        throw Failure(.usage, "gradient-probe list | MODEL WEIGHTS BATCH RESULT [silu] [CONV]")
      }
      try run(arguments)
    } catch {
      FileHandle.standardError.write(Data("gradient-probe: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    let batch = try Safetensors(contentsOf: arguments[2])
    let (images, shape) = try readImages(batch)
    let model = try changed(
      ModelCatalog.model(
        arguments[0],
        input: shape,
        classes: readIntegers(batch, "classes")[0],
        // PyTorch cannot draw the same mixtures.
        shake: ModelCatalog.usualShake(arguments[0]).map { _ in ShakeMode(.even, .even, .image) }
      ),
      smooth: arguments.contains("silu")
    )
    let parameters = try readWeights(Safetensors(contentsOf: arguments[1]), model.layout)
    let labels = try readIntegers(batch, "labels")
    let rig = NetworkRig(
      model,
      parameters,
      lanes: lanes,
      fullBatch: labels.count,
      mode: .training(.lanes(lanes)),
      options: NetworkOptions(
        convolutions: arguments.lazy.compactMap(ConvolutionChoice.init).first ?? .auto
      )
    )
    try rig.run(images: images, labels: labels)
    try result(rig, samples: labels.count).write(to: arguments[3])
  }

  /// The model without dropout and, when `smooth`, with SiLU for ReLU.
  private static func changed(_ model: Model, smooth: Bool) -> Model {
    var net = ModelBuilder(input: model.input)
    var place = [0]
    for node in model.nodes.dropFirst() {
      let inputs = node.inputs.map { place[$0] }
      if node.operation.kind == "dropout" {
        place.append(inputs[0])
      } else {
        let isReplaced = smooth && node.operation is Rectifier
        place.append(net.add(node.name, isReplaced ? SiLU() : node.operation, inputs))
      }
    }
    return net.model(model.name)
  }

  /// NHWC.
  private static func readImages(_ batch: Safetensors) throws -> ([Float], ImageShape) {
    guard let tensor = batch.tensors["images"], tensor.shape.count == 4,
      case .float(let values) = tensor.values
    else { throw Failure(.data, "the batch has no images.") }
    let (channels, height, width) = (tensor.shape[1], tensor.shape[2], tensor.shape[3])
    let shape = ImageShape(height: height, width: width, channels: channels)
    let images = values.indices.map { i in
      let (pixel, channel) = (i / channels, i % channels)
      let (image, at) = pixel.quotientAndRemainder(dividingBy: shape.pixels)
      return values[(image * channels + channel) * shape.pixels + at]
    }
    return (images, shape)
  }

  private static func readIntegers(_ file: Safetensors, _ name: String) throws -> [Int] {
    guard case .integer(let values)? = file.tensors[name]?.values, !values.isEmpty else {
      throw Failure(.data, "the batch has no \(name).")
    }
    return values.map(Int.init)
  }

  /// The flat buffer; every tensor must be there and none be left.
  private static func readWeights(
    _ file: Safetensors,
    _ layout: ParameterLayout
  ) throws -> FloatBuffer {
    let buffer = FloatBuffer(count: layout.count)
    var left = Set(file.tensors.keys.filter { !$0.hasSuffix("num_batches_tracked") })
    for entry in layout.entries {
      guard let tensor = file.tensors[entry.name], case .float(let values) = tensor.values,
        tensor.shape == ParameterExport.shape(entry.storage)
      else { throw Failure(.data, "\(entry.name) is missing or has another shape.") }
      ParameterExport.restore(values, entry, into: buffer)
      left.remove(entry.name)
    }
    if !left.isEmpty {
      throw Failure(.data, "the model has no \(left.sorted().joined(separator: ", ")).")
    }
    return buffer
  }

  private static func result(_ rig: NetworkRig, samples: Int) -> Safetensors {
    let (layout, sums) = (rig.network.layout, rig.gradients[0])
    for i in layout.trainable { sums.base[i] /= Float(samples) }
    var tensors = [
      "logits": Safetensors.Tensor(
        shape: [samples, rig.logits.count / samples],
        values: .float(rig.logits)
      )
    ]
    for entry in layout.entries where entry.role != .statistic {
      tensors[entry.name] = ParameterExport.tensor(entry, from: sums)
    }
    return Safetensors(tensors: tensors, metadata: [:])
  }
}
