import Pictures
import Tensors

/// What a run wants to train on and to be evaluated on.
public struct DataRequest: Sendable {
  /// "synthetic" for the built-in images, else a file or a folder.
  public var path: String
  /// The part of all training images to train on; nil: those that are left.
  public var trainFraction: Double?
  /// The part of all training images to hold out, to evaluate on as the run goes; nil: none, the
  /// test images serve.
  public var valFraction: Double?

  /// Which of the two labels of CIFAR-100.
  public var labels = LabelChoice.fine
  /// What becomes of images of a folder, which are of any size.
  public var picture = PictureRequest()
  /// Whether damaged images of a folder are left out and counted.
  public var skipsDamaged = false
  /// Whether something is to be evaluated on them: data with training images alone will not do then.
  package var isEvaluated = true
  /// The most bytes that pictures of a folder may take in memory; nil: none, each is read again from
  /// its file, for who goes through them once.
  package var pictureMemory: Int? = PictureScan.memoryLimit

  /// Whether data without test images will not do.
  var needsTest: Bool { isEvaluated && valFraction == nil }

  /// The name of the images that are built in, which no file or folder of that name hides.
  static let builtIn = "synthetic"

  /// Whether there are files to be read.
  package var hasFiles: Bool { path != Self.builtIn }

  /// What says the same to a process that runs elsewhere.
  package var pathFromAnywhere: String { path == Self.builtIn ? path : Paths.absolute(path) }

  /// A request.
  public init(path: String, trainFraction: Double? = nil, valFraction: Double? = nil) {
    (self.path, self.trainFraction, self.valFraction) = (path, trainFraction, valFraction)
  }
}
