import Kernels

extension KernelCase {
  private static let factor: Float = 0.75

  /// factor·dy where nothing or a positive output lets it pass; dy is field 0, x field 1, scale and
  /// shift are vectors 4 and 0.
  private static func arriving(_ x: KernelInputs, _ i: Int, _ isRectified: Bool) -> Double {
    let passes = !isRectified || x.f(1, i) * x.v(4, i) + x.v(0, i) > 0
    return passes ? Double(factor) * x.f(0, i) : 0
  }

  /// The gradient of the same fields and vectors.
  private static func gradient(
    _ x: KernelInputs,
    _ isRectified: Bool,
    center: Int
  ) -> ArrivingGradient {
    ArrivingGradient(
      dy: x.field(0),
      x: x.field(1),
      factor: factor,
      isRectified: isRectified,
      scale: x.vector(4),
      shift: x.vector(0),
      center: x.vector(center)
    )
  }

  /// Σ g and Σ g·(x − center), without and with a rectifier.
  static let gradientSums: [KernelCase] = [false, true].map { isRectified in
    KernelCase(
      "channelGradientSums\(isRectified ? ", rectified" : "")",
      { k, x in
        written(2 * x.channels) {
          k.channelGradientSums(
            x.pixels,
            x.channels,
            gradient(x, isRectified, center: 1),
            $0,
            $0 + x.channels
          )
        }
      },
      { x in
        channelSum(x) { arriving(x, $0, isRectified) }
          + channelSum(x) { arriving(x, $0, isRectified) * (x.f(1, $0) - x.v(1, $0)) }
      }
    )
  }

  /// a·g + b·(x − center) + d, written or added, without and with a rectifier.
  static let normalizeBackward: [KernelCase] = [(0, false), (0, true), (1, false), (1, true)].map {
    accumulate,
    isRectified in
    KernelCase(
      "normalizeBackward, \(accumulate == 1 ? "adding" : "writing")"
        + (isRectified ? ", rectified" : ""),
      { k, x in
        written(x.count, from: accumulate == 1 ? x.field(2) : nil) {
          k.normalizeBackward(
            x.pixels,
            x.channels,
            $0,
            gradient(x, isRectified, center: 2),
            NormalizationCoefficients(a: x.vector(0), b: x.vector(1), d: x.vector(3)),
            accumulate == 1
          )
        }
      },
      { x in
        (0..<x.count).map { i in
          (accumulate == 1 ? x.f(2, i) : 0) + x.v(0, i) * arriving(x, i, isRectified)
            + x.v(1, i) * (x.f(1, i) - x.v(2, i)) + x.v(3, i)
        }
      }
    )
  }

  /// What a view of kind 0 to 3 shows of an element of a field, by vectors 0 and 1.
  private static func seen(_ x: KernelInputs, _ field: Int, _ i: Int, _ kind: Int) -> Double {
    let value = kind >= 2 ? x.f(field, i) * x.v(0, i) + x.v(1, i) : x.f(field, i)
    return kind % 2 == 1 ? max(value, 0) : value
  }

  /// Views by themselves and in sums.
  static let views: [KernelCase] = (0..<4).flatMap { kind in
    [
      KernelCase(
        "applyView \(kind)",
        { k, x in
          written(x.count) {
            k.applyView(x.pixels, x.channels, $0, x.field(0), x.view(kind))
          }
        },
        { x in (0..<x.count).map { seen(x, 0, $0, kind) } }
      )
    ]
      + [0, 1].map { rectify in
        KernelCase(
          "addView \(kind)\(rectify == 1 ? ", rectified" : "")",
          { k, x in
            written(x.count) {
              let b = ScaledView(x: x.field(1), factor: factor, view: x.view(kind))
              k.addView(x.pixels, x.channels, $0, x.field(0), b, rectify == 1)
            }
          },
          { x in
            (0..<x.count).map {
              let sum = x.f(0, $0) + Double(factor) * seen(x, 1, $0, kind)
              return rectify == 1 ? max(sum, 0) : sum
            }
          }
        )
      }
  }
}
