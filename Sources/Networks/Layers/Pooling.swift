import Kernels
import Tensors

/// The largest or the mean value of each window, by channel.
///
/// Averages count padding as zeros; a maximum never lies on padding, and of equal values the first
/// in row order gets the gradient.
package struct Pooling: Operation, Hashable {
  /// What becomes of a window.
  package enum Rule: String, Sendable {
    /// Its largest value.
    case max
    /// Its mean.
    case average
  }

  /// What becomes of a window.
  package let rule: Rule
  /// Window height and width.
  package let window: Int
  /// Step between windows.
  package let stride: Int
  /// Zeros around the input; less than the window.
  package let padding: Int

  /// Pooling over square windows.
  package init(_ rule: Rule, window: Int, stride: Int, padding: Int = 0) {
    precondition(padding < window, "a window must not lie on padding alone")
    self.rule = rule
    self.window = window
    self.stride = stride
    self.padding = padding
  }

  package var kind: String { "\(rule.rawValue)-pool" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape {
    let i = inputs[0]
    precondition(
      i.height + 2 * padding >= window && i.width + 2 * padding >= window,
      "a window of \(window) does not fit \(i)"
    )
    let windows = windows(i)
    return ImageShape(
      height: windows.outHeight,
      width: windows.outWidth,
      channels: i.channels
    )
  }

  package var backwardReads: (inputs: Bool, output: Bool) {
    rule == .max ? (true, true) : (false, false)
  }

  /// Its windows over an image.
  private func windows(_ image: ImageShape) -> PoolWindows {
    PoolWindows(over: image, window: window, stride: stride, padding: padding)
  }

  package func forward(_ site: Site) -> [Stage] {
    let (i, o, x, y) = (site.inputs[0], site.output, site.x[0].base, site.y)
    let windows = windows(i)
    let pool = rule == .max ? site.kernels.maxPool : site.kernels.averagePool
    return [
      site.images("\(kind).forward") { sample, _ in
        pool(windows, y + sample * o.count, x + sample * i.count)
      }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    guard let dx = site.dx[0] else { return [] }
    let (i, o, x, y, dy) = (site.inputs[0], site.output, site.x[0].base, site.y, site.dy)
    let (windows, rule) = (windows(i), rule)
    let (kernels, accumulates) = (site.kernels, site.accumulates[0])
    return [
      site.images("\(kind).backward") { sample, _ in
        let (d, g) = (dx + sample * i.count, dy + sample * o.count)
        if !accumulates { d.update(repeating: 0, count: i.count) }
        switch rule {
        case .max:
          kernels.maxPoolBackward(windows, d, g, x + sample * i.count, y + sample * o.count)
        case .average:
          kernels.averagePoolBackward(windows, d, g)
        }
      }
    ]
  }
}
