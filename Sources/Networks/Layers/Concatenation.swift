import Kernels
import Tensors

/// Two values side by side: by pixel the channels of the first, then those of the second.
package struct Concatenation: Operation, Hashable {
  /// The one there is.
  package init() {}

  package var kind: String { "concatenation" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape {
    precondition(
      inputs.count == 2 && inputs[0].height == inputs[1].height
        && inputs[0].width == inputs[1].width,
      "\(inputs) cannot be concatenated"
    )
    return ImageShape(
      height: inputs[0].height,
      width: inputs[0].width,
      channels: inputs[0].channels + inputs[1].channels
    )
  }

  package var backwardReads: (inputs: Bool, output: Bool) { (false, false) }

  package func forward(_ site: Site) -> [Stage] {
    let (a, b, y, o) = (site.x[0].base, site.x[1].base, site.y, site.output)
    let (first, second) = (site.inputs[0].channels, site.inputs[1].channels)
    return [
      site.images("concatenation.forward") { sample, _ in
        for pixel in sample * o.pixels..<(sample + 1) * o.pixels {
          let out = y + pixel * o.channels
          out.update(from: a + pixel * first, count: first)
          (out + first).update(from: b + pixel * second, count: second)
        }
      }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    let (dx, accumulates, dy, o) = (site.dx, site.accumulates, site.dy, site.output)
    let (channels, kernels) = (site.inputs.map(\.channels), site.kernels)
    return [
      site.images("concatenation.backward") { sample, _ in
        for input in 0..<2 {
          guard let d = dx[input] else { continue }
          let (n, before) = (channels[input], input == 0 ? 0 : channels[0])
          for pixel in sample * o.pixels..<(sample + 1) * o.pixels {
            let gradient = dy + pixel * o.channels + before
            if accumulates[input] {
              kernels.add(n, d + pixel * n, gradient)
            } else {
              (d + pixel * n).update(from: gradient, count: n)
            }
          }
        }
      }
    ]
  }
}
