import Kernels
import TestSupport
import Testing

/// All kernels on all instruction sets of this machine.
struct KernelSetTests {
  static let levels = KernelLevel.allCases.filter { $0 <= .best }
  private static let channels = [1, 3, 16, 17, 33]
  private static let pixels = [1, 5, 64]

  /// Up to 64 additions in Float32, and a variance about a pivot that may be far out: found, 2.9e-6
  /// of the largest value.
  @Test(arguments: KernelCase.all)
  func kernelsAgreeWithTheirDefinition(kernel: KernelCase) {
    for channels in Self.channels {
      for pixels in Self.pixels {
        let x = KernelInputs(pixels: pixels, channels: channels, offset: 0)
        for level in Self.levels {
          let values = kernel.run(KernelSet(level), x)
          let error = relativeError(values, kernel.reference(x), floor: 1)
          #expect(error < 1e-5, "\(level) on \(pixels) × \(channels)")
        }
      }
    }
  }

  /// The level changes no bit, and neither does where the operands lie.
  @Test(arguments: KernelCase.all)
  func levelsAndAddressesDoNotChangeABit(kernel: KernelCase) {
    for channels in Self.channels {
      for pixels in Self.pixels {
        let x = KernelInputs(pixels: pixels, channels: channels, offset: 0)
        let expected = kernel.run(KernelSet(.baseline), x).map(\.bitPattern)
        for level in Self.levels {
          for offset in [0, 1, 7] {
            let moved = KernelInputs(pixels: pixels, channels: channels, offset: offset)
            let bits = kernel.run(KernelSet(level), moved).map(\.bitPattern)
            let isSame = bits == expected
            #expect(isSame, "\(level), \(offset), \(pixels) × \(channels)")
          }
        }
      }
    }
  }

  @Test func levelsAreOrdered() {
    #expect(KernelLevel.baseline < .avx2 && KernelLevel.avx2 < .avx512)
    #expect(KernelLevel.allCases.min() == .baseline && KernelLevel.best >= .baseline)
    // Every set is its own level's functions.
    let adds = Self.levels.map { unsafeBitCast(KernelSet($0).add, to: Int.self) }
    #expect(Set(adds).count == adds.count)
  }
}
