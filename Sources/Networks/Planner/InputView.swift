import Kernels
import Tensors

/// How an operation reads one of its inputs: stored values, perhaps seen through a normalisation or
/// a rectifier that nobody stores.
package struct InputView {
  /// The stored values, [local sample][height][width][channels].
  let base: Floats
  /// What is done to them.
  let kind: ChannelView.Kind
  /// Scale and shift by channel, `channels` floats for each cell of samples.
  let scale: Floats
  let shift: Floats
  let channels: Int
  /// The cell that a sample is in.
  let cells: SampleCells

  /// Values as they are.
  init(stored base: Floats) {
    self.base = base
    (kind, scale, shift, channels, cells) = (.plain, base, base, 0, .one)
  }

  /// Values seen through something.
  init(
    _ base: Floats,
    _ kind: ChannelView.Kind,
    scale: Floats,
    shift: Floats,
    channels: Int,
    cells: SampleCells
  ) {
    (self.base, self.kind, self.scale, self.shift) = (base, kind, scale, shift)
    (self.channels, self.cells) = (channels, cells)
  }

  /// Whether the stored values are the input.
  var isPlain: Bool { kind == .plain }

  /// How a sample is read.
  func of(_ sample: Int) -> ChannelView {
    let at = channels * cells.cell(ofSample: sample)
    return ChannelView(kind, scale: scale + at, shift: shift + at)
  }

  /// Some stored pixels of a sample as they are seen: themselves, or what the view shows of them,
  /// written to `copy`.
  func seen(
    _ stored: UnsafePointer<Float>,
    of sample: Int,
    _ shape: ImageShape,
    _ kernels: KernelSet,
    copy: Floats
  ) -> UnsafePointer<Float> {
    if isPlain { return stored }
    kernels.applyView(shape.pixels, shape.channels, copy, stored, of(sample))
    return UnsafePointer(copy)
  }
}

/// In which cell of a normalisation a sample is: with running statistics there is only one.
enum SampleCells {
  case one
  case grouped(BatchNormGrouping, BatchLayout)

  func cell(ofSample sample: Int) -> Int {
    switch self {
    case .one: 0
    case .grouped(let grouping, let batch): grouping.cell(batch, ofSample: sample)
    }
  }
}
