import Kernels
import Tensors

/// The mean over all pixels, by channel.
package struct GlobalAveragePool: Operation, Hashable {
  /// The one there is.
  package init() {}

  package var kind: String { "global-average-pool" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape {
    ImageShape(height: 1, width: 1, channels: inputs[0].channels)
  }

  package var backwardReads: (inputs: Bool, output: Bool) { (false, false) }

  package var readsViews: Bool { true }

  /// An image as a view shows it.
  package func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  { Scratch(workspace: inputs[0].count) }

  package func forward(_ site: Site) -> [Stage] {
    let (i, x, y, kernels) = (site.inputs[0], site.x[0], site.y, site.kernels)
    let factor = 1 / Float(i.pixels)
    return [
      site.images("global-average-pool.forward") { sample, member in
        let out = y + sample * i.channels
        let stored = x.base + sample * i.count
        let image = x.seen(stored, of: sample, i, kernels, copy: site.workspace(member))
        kernels.channelSums(i.pixels, i.channels, image, out)
        for c in 0..<i.channels { out[c] *= factor }
      }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    guard let dx = site.dx[0] else { return [] }
    let (i, dy, accumulates) = (site.inputs[0], site.dy, site.accumulates[0])
    let factor = 1 / Float(i.pixels)
    return [
      site.images("global-average-pool.backward") { sample, _ in
        let gradient = dy + sample * i.channels
        for p in 0..<i.pixels {
          let out = dx + sample * i.count + p * i.channels
          for c in 0..<i.channels {
            let g = gradient[c] * factor
            out[c] = accumulates ? out[c] + g : g
          }
        }
      }
    ]
  }
}
