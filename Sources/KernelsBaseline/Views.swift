/// out = `each`(x) by channel, sixteen channels at a time; `each` gets x, and where the channels start and how many they are.
@inline(__always)
func mapChannels(
  _ pixels: Int,
  _ channels: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ each: (_ at: Int, _ c: Int, _ count: Int, _ x: Vector) -> Vector
) {
  for p in 0..<pixels {
    let at = p &* channels
    var c = 0
    while c &+ 16 <= channels {
      store(out + at + c, each(at &+ c, c, 16, load(x + at + c)))
      c &+= 16
    }
    if c < channels {
      let rest = channels &- c
      store(out + at + c, each(at &+ c, c, rest, load(x + at + c, rest)), rest)
    }
  }
}

/// out = x as a view shows it: as it is (0), max(x, 0) (1), x·scale + shift (2), max(x·scale + shift, 0) (3).
public func applyView(
  _ pixels: Int,
  _ channels: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ view: Int,
  _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>
) {
  switch view {
  case 0: mapChannels(pixels, channels, out, x) { $3 }
  case 1: mapChannels(pixels, channels, out, x) { rectified($3) }
  case 2:
    mapChannels(pixels, channels, out, x) { $3 * load(scale + $1, $2) + load(shift + $1, $2) }
  default:
    mapChannels(pixels, channels, out, x) {
      rectified($3 * load(scale + $1, $2) + load(shift + $1, $2))
    }
  }
}

/// out = a + factor · view(b), or the larger of that and 0 when `rectify` is 1; a and out may be the same.
public func addView(
  _ pixels: Int,
  _ channels: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ a: UnsafePointer<Float>,
  _ factor: Float,
  _ b: UnsafePointer<Float>,
  _ view: Int,
  _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>,
  _ rectify: Int
) {
  @inline(__always)
  func add(_ seen: (Int, Int, Vector) -> Vector) {
    if rectify == 0 {
      mapChannels(pixels, channels, out, b) { load(a + $0, $2) + factor * seen($1, $2, $3) }
    } else {
      mapChannels(pixels, channels, out, b) {
        rectified(load(a + $0, $2) + factor * seen($1, $2, $3))
      }
    }
  }
  switch view {
  case 0: add { $2 }
  case 1: add { rectified($2) }
  case 2: add { $2 * load(scale + $0, $1) + load(shift + $0, $1) }
  default: add { rectified($2 * load(scale + $0, $1) + load(shift + $0, $1)) }
  }
}
