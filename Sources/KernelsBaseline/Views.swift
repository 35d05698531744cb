import CKernels

/// out = `each`(x) by channel, sixteen channels at a time; `each` gets x, and where the channels
/// start and how many they are.
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

/// Calls `body` with what a view does to x, the `count` channels from `c` on.
@inline(__always)
private func seen(
  through view: ChannelView,
  _ body: (_ each: (_ c: Int, _ count: Int, _ x: Vector) -> Vector) -> Void
) {
  let (scale, shift) = (view.scale, view.shift)
  switch view.kind {
  case 0: body { $2 }
  case 1: body { rectified($2) }
  case 2: body { $2 * load(scale + $0, $1) + load(shift + $0, $1) }
  default: body { rectified($2 * load(scale + $0, $1) + load(shift + $0, $1)) }
  }
}

/// out = view(x).
func applyView(
  _ pixels: Int,
  _ channels: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ view: ChannelView
) {
  @inline(__always)
  func write(_ each: (Int, Int, Vector) -> Vector) {
    mapChannels(pixels, channels, out, x) { each($1, $2, $3) }
  }
  seen(through: view, write)
}

/// out = a + b, or the larger of that and 0 where `rectify` says so; a and out may be the same.
func addView(
  _ pixels: Int,
  _ channels: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ a: UnsafePointer<Float>,
  _ b: ScaledView,
  _ rectify: Bool
) {
  let (x, factor) = (b.x, b.factor)
  @inline(__always)
  func add(_ each: (Int, Int, Vector) -> Vector) {
    if rectify {
      mapChannels(pixels, channels, out, x) {
        rectified(load(a + $0, $2) + factor * each($1, $2, $3))
      }
    } else {
      mapChannels(pixels, channels, out, x) { load(a + $0, $2) + factor * each($1, $2, $3) }
    }
  }
  seen(through: b.view, add)
}
