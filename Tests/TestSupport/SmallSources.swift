import Datasets
import Networks
import Tensors

/// Small noisy images of a few classes, each with a colour and a gradient of its own.
public func smallSource(
  train: Int = 200,
  val: Int? = nil,
  test: Int = 130,
  side: Int = 8,
  classes: Int = 5
) -> DataSource {
  func images(_ count: Int, _ part: Int) -> ImageBytes {
    ImageBytes(
      shape: ImageShape(height: side, width: side, channels: 3),
      labels: (0..<count).map { ($0 * 7 + part) % classes }
    ) { image, offset in
      let label = (image * 7 + part) % classes
      let (pixel, channel) = offset.quotientAndRemainder(dividingBy: 3)
      let slope = 6 * (label - 2) * (pixel % side) + 20 * ((label + channel) % 3)
      var noise = UInt32(truncatingIfNeeded: (part * 100_003 + image) * 8191 + offset)
      noise = (noise ^ noise >> 15) &* 0x2C1B_3C6D
      noise = (noise ^ noise >> 12) &* 0x297A_2D39
      return UInt8(clamping: 90 + slope + Int((noise ^ noise >> 15) % 80))
    }
  }
  return DataSource(
    name: "small",
    train: images(train, 0),
    val: val.map { images($0, 2) },
    test: images(test, 1),
    normalization: Normalization(mean: [128, 120, 131], deviation: [48, 50, 47])
  )
}

/// The catalog's small network for a source.
public func smallCNN(_ source: DataSource) throws -> Model {
  try ModelCatalog.model(
    "smallcnn",
    input: source.train.shape,
    classes: source.train.classes.count
  )
}

/// One convolution and little else: for worlds of many ranks.
public func tinyModel(_ source: DataSource) -> Model {
  var net = ModelBuilder(input: source.train.shape)
  var x = net.add("conv", Convolution(outputs: 4, kernel: 3, stride: 2, padding: 1), net.input)
  x = net.add("bn", BatchNorm(), x)
  x = net.add("relu", Rectifier(), x)
  x = net.add("pool", GlobalAveragePool(), x)
  _ = net.add("fc", Dense(outputs: source.train.classes.count), x)
  return net.model("tiny")
}
