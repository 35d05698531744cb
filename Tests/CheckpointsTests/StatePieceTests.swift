import Checkpoints
import Tensors
import Testing

/// Pieces are views of what is held, and what is held is put together from any pieces.
struct StatePieceTests {
  private let layout = ParameterLayout([
    ("a", .weight, .vector(20)), ("b", .bias, .vector(5)), ("c", .statistic, .vector(3)),
  ])

  private func numbered(_ count: Int) -> FloatBuffer {
    let buffer = FloatBuffer(count: count)
    for i in 0..<count { buffer.base[i] = Float(i) }
    return buffer
  }

  private func values(_ piece: StatePiece) throws -> [Float] { try piece.withValues { Array($0) } }

  @Test func piecesLeaveTheGapsOut() throws {
    let buffer = numbered(layout.count)
    let pieces = HeldArray("p", buffer, [0..<layout.count]).pieces(layout)
    #expect(pieces.map(\.tensor) == ["a", "b", "c"] && pieces.allSatisfy { $0.array == "p" })
    #expect(pieces.map(\.elements) == [0..<20, 0..<5, 0..<3])
    #expect(try values(pieces[1]) == [32, 33, 34, 35, 36])
    // They are views.
    buffer.base[33] = -1
    #expect(try values(pieces[1])[1] == -1)
  }

  @Test func rangesLieWhereTheirPlacesSay() throws {
    // Elements 34 to 39 lie before 10 to 17.
    let held = HeldArray("m", numbered(14), [34..<40, 10..<18], places: [0, 6])
    let pieces = held.pieces(layout)
    #expect(pieces.map(\.tensor) == ["a", "b"])
    #expect(try pieces[0].elements == 10..<18 && values(pieces[0]) == [6, 7, 8, 9, 10, 11, 12, 13])
    #expect(try pieces[1].elements == 2..<5 && values(pieces[1]) == [0, 1, 2])
  }

  @Test func whatOverlapsOrIsMissingIsCountedOnce() throws {
    let buffer = FloatBuffer(count: layout.count)
    for i in 0..<layout.count { buffer.base[i] = -1 }
    let source = numbered(20)
    let pieces = StatePieces([
      StatePiece("p", "a", 10..<14, in: source, from: 10),
      StatePiece("p", "a", 2..<6, in: source, from: 2),
      StatePiece("p", "a", 4..<9, in: source, from: 4),
      StatePiece("other", "a", 0..<20, in: source),
      StatePiece("p", "c", 0..<3, in: source, from: 7),
    ])
    // Of a: 2 to 8 and 10 to 13 of 3 to 19; of b nothing; all of c.
    let held = HeldArray("p", buffer, [3..<32, layout.statistics])
    #expect(try held.restore(pieces, layout) == 17 - 10)
    let a = (0..<20).map { buffer.base[$0] }
    #expect(a == [-1, -1, -1, 3, 4, 5, 6, 7, 8, -1, 10, 11, 12, 13, -1, -1, -1, -1, -1, -1])
    let c = layout.statistics.prefix(3).map { buffer.base[$0] }
    #expect(c == [7, 8, 9])
    let all = HeldArray("p", buffer, [0..<layout.count])
    #expect(try all.restore(StatePieces([]), layout) == 28)
  }
}
