import Tensors

/// A rectangle of some training samples that is set to 0, the mean colour (Zhong and others 2017), as
/// torchvision's RandomErasing has it with value 0.
///
/// The first draw says whether. Up to ten times: area a = area of the image · U(scale), aspect
/// r = exp(U(log ratio)), height √(a·r) and width √(a/r), rounded half to even; the first that is
/// less than the image both ways stands at a row and then a column that are drawn. If none is, the
/// sample stays as it was.
public struct Erasing: Augmentation {
  private let probability: Double
  private let scale: ClosedRange<Double>
  /// Logarithms of height over width.
  private let logRatio: ClosedRange<Double>

  /// Erases from a part of the samples parts of the area in `scale`, 0…1, with height over width in
  /// `ratio`; both are positive.
  public init(probability: Double, scale: ClosedRange<Double>, ratio: ClosedRange<Double>) {
    precondition(
      (0...1).contains(probability) && scale.lowerBound > 0 && scale.upperBound <= 1
        && ratio.lowerBound > 0,
      "erasing \(scale) of the area with aspects \(ratio) from \(probability) of the samples"
    )
    (self.probability, self.scale) = (probability, scale)
    logRatio = Elementary.log(ratio.lowerBound)...Elementary.log(ratio.upperBound)
  }

  /// Clears the rectangle.
  public func change(
    _ values: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ draws: SampleDraws
  ) {
    var draws = draws.stream(.erasing)
    guard draws.uniform() < probability else { return }
    for _ in 0..<10 {
      let area = Double(shape.pixels) * draws.uniform(scale.lowerBound, scale.upperBound)
      let aspect = Elementary.exp(draws.uniform(logRatio.lowerBound, logRatio.upperBound))
      let height = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
      let width = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
      guard height < shape.height, width < shape.width else { continue }
      let top = draws.integer(below: shape.height - height + 1)
      let left = draws.integer(below: shape.width - width + 1)
      for row in top..<top + height {
        let first = values + (row * shape.width + left) * shape.channels
        first.update(repeating: 0, count: width * shape.channels)
      }
      return
    }
  }
}
