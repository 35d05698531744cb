import Tensors

extension Model {
  /// Writes the first values of every tensor: draws keyed by seed, tensor number and nothing else.
  ///
  /// Values of one tensor follow its order in memory; normal numbers are used in pairs, truncated
  /// ones skip what lies outside.
  public func initialize(_ parameters: FloatBuffer, seed: UInt64) {
    let layout = layout
    precondition(parameters.count >= layout.count, "the buffer is smaller than the layout")
    var tensor = 0
    for node in nodes {
      for spec in self.parameters(node) {
        guard let entry = layout["\(node.name).\(spec.suffix)"] else { continue }
        var draws = RandomDraws(seed: seed, purpose: .initialization, site: tensor)
        let values = UnsafeMutableBufferPointer(rebasing: parameters.elements[entry.range])
        spec.initial.fill(values, &draws)
        tensor += 1
      }
    }
  }
}

extension Initializer {
  fileprivate func fill(_ values: UnsafeMutableBufferPointer<Float>, _ draws: inout RandomDraws) {
    switch self {
    case .constant(let value):
      values.update(repeating: value)
    case .uniform(let bound):
      for i in values.indices { values[i] = Float((2 * draws.uniform() - 1) * bound) }
    case .normal(let deviation):
      for i in stride(from: 0, to: values.count, by: 2) {
        let (a, b) = draws.normalPair()
        values[i] = Float(a * deviation)
        if i + 1 < values.count { values[i + 1] = Float(b * deviation) }
      }
    case .truncatedNormal(let deviation):
      var i = values.startIndex
      while i < values.endIndex {
        let (a, b) = draws.normalPair()
        for x in [a, b] where abs(x) <= 2 && i < values.endIndex {
          values[i] = Float(x * deviation)
          i += 1
        }
      }
    }
  }
}
