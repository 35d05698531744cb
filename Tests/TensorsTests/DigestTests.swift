import Tensors
import Testing

struct DigestTests {
  private func digest(_ values: [Float]...) -> Digest {
    var digest = Digest()
    for part in values { part.withUnsafeBufferPointer { digest.update($0) } }
    return digest
  }

  /// FNV-1a's offset basis and prime, 64 bits.
  @Test func followsTheDefinition() {
    #expect(Digest().value == 14_695_981_039_346_656_037)
    let one = (14_695_981_039_346_656_037 ^ UInt64(Float(1.5).bitPattern)) &* 1_099_511_628_211
    #expect(digest([1.5]).value == one)
    let two = (one ^ UInt64(Float(-2).bitPattern)) &* 1_099_511_628_211
    #expect(digest([1.5, -2]).value == two)
  }

  @Test func partsCountAsOne() {
    #expect(digest([1, 2, 3]) == digest([1], [], [2, 3]))
  }

  @Test func everyBitAndTheOrderCount() {
    let base: [Float] = [1, 2, 3, 0]
    let others: [[Float]] = [
      [2, 1, 3, 0], [1, 2, 3, -0.0], [1, 2, 3], [1, 2, 3, 0, 0], [Float(1).nextUp, 2, 3, 0],
      [1, 2, 3, .leastNonzeroMagnitude],
    ]
    for other in others { #expect(digest(base) != digest(other)) }
  }

  @Test func textIsSixteenDigits() {
    for i in 0..<200 {
      let digest = digest([Float(i)])
      #expect(digest.description.count == 16)
      #expect(UInt64(digest.description, radix: 16) == digest.value)
    }
  }
}
