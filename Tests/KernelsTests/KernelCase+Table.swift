import Foundation
import Kernels
import TestSupport

extension KernelCase {
  /// Every kernel but the pools, which have sizes of their own.
  static let all: [KernelCase] =
    elementwise + activations + dropouts + normalization + views + winograd + stridedWinograd

  private static let elementwise = [
    KernelCase(
      "add",
      { k, x in written(x.count, from: x.field(0)) { k.add(x.count, $0, x.field(1)) } },
      { x in (0..<x.count).map { x.f(0, $0) + x.f(1, $0) } }
    ),
    KernelCase(
      "sum",
      { k, x in written(x.count) { k.sum(x.count, $0, x.field(0), x.field(1)) } },
      { x in (0..<x.count).map { x.f(0, $0) + x.f(1, $0) } }
    ),
    KernelCase(
      "addBias",
      { k, x in
        written(x.count, from: x.field(0)) { k.addBias(x.pixels, x.channels, $0, x.vector(0)) }
      },
      { x in (0..<x.count).map { x.f(0, $0) + x.v(0, $0) } }
    ),
    KernelCase(
      "channelSums",
      { k, x in written(x.channels) { k.channelSums(x.pixels, x.channels, x.field(0), $0) } },
      { x in channelSum(x) { x.f(0, $0) } }
    ),
  ]

  private static let activations = [
    KernelCase(
      "rectify",
      { k, x in written(x.count) { k.rectify(x.count, $0, x.field(0)) } },
      { x in (0..<x.count).map { max(x.f(0, $0), 0) } }
    ),
    KernelCase(
      "rectifyBackward",
      { k, x in written(x.count) { k.rectifyBackward(x.count, $0, x.field(0), x.field(1), false) }
      },
      { x in (0..<x.count).map { x.f(1, $0) > 0 ? x.f(0, $0) : 0 } }
    ),
    KernelCase(
      "rectifyBackward, accumulating",
      { k, x in
        written(x.count, from: x.field(2)) {
          k.rectifyBackward(x.count, $0, x.field(0), x.field(1), true)
        }
      },
      { x in (0..<x.count).map { x.f(2, $0) + (x.f(1, $0) > 0 ? x.f(0, $0) : 0) } }
    ),
    KernelCase(
      "silu",
      { k, x in written(x.count) { k.silu(x.count, $0, x.field(0)) } },
      { x in (0..<x.count).map { x.f(0, $0) / (1 + exp(-x.f(0, $0))) } }
    ),
    KernelCase(
      "siluBackward",
      { k, x in written(x.count) { k.siluBackward(x.count, $0, x.field(0), x.field(1), false) } },
      { x in (0..<x.count).map { x.f(0, $0) * siluSlope(x.f(1, $0)) } }
    ),
    KernelCase(
      "siluBackward, accumulating",
      { k, x in
        written(x.count, from: x.field(2)) {
          k.siluBackward(x.count, $0, x.field(0), x.field(1), true)
        }
      },
      { x in (0..<x.count).map { x.f(2, $0) + x.f(0, $0) * siluSlope(x.f(1, $0)) } }
    ),
  ]

  /// A dropout of rate ¼ at site 3, for the sample 4 of step 9.
  private static let dropouts = [0, 1].map { accumulate in
    KernelCase(
      accumulate == 0 ? "dropout" : "dropout, accumulating",
      { k, x in
        written(x.count, from: accumulate == 0 ? nil : x.field(1)) {
          let mask = DropoutMask(
            kept: 49_152,
            scale: 4 / 3,
            key: 1 << 40 | 5,
            y: 7 << 24 | 3,
            z: 5,
            w: 9
          )
          k.dropout(x.count, $0, x.field(0), mask, accumulate == 1)
        }
      },
      { x in
        let draws = ReferenceDraws(seed: 1 << 40 | 5, step: 9)
        let keeps = draws.keeps(0.25, site: 3, sample: 4, count: x.count)
        return keeps.enumerated().map { i, isKept in
          (isKept ? x.f(0, i) * 4 / 3 : 0) + (accumulate == 0 ? 0 : x.f(1, i))
        }
      }
    )
  }

  private static let normalization =
    [
      KernelCase(
        "channelMoments",
        { k, x in
          written(2 * x.channels) {
            k.channelMoments(x.pixels, x.channels, x.field(0), $0, $0 + x.channels)
          }
        },
        { x in
          let means = channelSum(x) { x.f(0, $0) / Double(x.pixels) }
          return means
            + channelSum(x) {
              let d = x.f(0, $0) - means[$0 % x.channels]
              return d * d
            }
        }
      )
    ] + gradientSums + normalizeBackward
}

/// (x·σ(x))′ = σ + x·σ·(1 − σ).
private func siluSlope(_ x: Double) -> Double {
  let s = 1 / (1 + exp(-x))
  return s + x * s * (1 - s)
}
