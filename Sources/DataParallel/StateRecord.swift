import Optimizers
import Tensors

/// A run of elements of one tensor in one state array: what a checkpoint holds and a rank of another world takes up.
public struct StateRecord: Hashable, Sendable {
  /// The state array: "first_moment".
  public let array: String
  /// The tensor: "conv1.weight".
  public let tensor: String
  /// The elements, counted from the tensor's first.
  public let elements: Range<Int>
  /// Their state.
  public let values: [Float]
}

extension ShardedOptimizer {
  /// The state of this rank tensor by tensor; gaps of the layout are left out.
  public func records(_ layout: ParameterLayout) -> [StateRecord] {
    places(layout).flatMap { place in
      zip(rule.state, state).map { array, buffer in
        StateRecord(
          array: array.name,
          tensor: place.entry.name,
          elements: place.elements,
          values: Array(buffer.elements[place.state])
        )
      }
    }
  }

  /// Takes up what concerns this rank of the records of all ranks of a world of any size.
  ///
  /// Returns how many elements of this rank's state none of them held.
  public func restore(_ records: [StateRecord], _ layout: ParameterLayout) -> Int {
    var missing = 0
    for place in places(layout) {
      for (array, buffer) in zip(rule.state, state) {
        var left = place.elements.count
        for record in records where record.tensor == place.entry.name && record.array == array.name
        {
          let common = record.elements.clamped(to: place.elements)
          for i in common {
            buffer.base[place.state.lowerBound + i - place.elements.lowerBound] =
              record.values[i - record.elements.lowerBound]
          }
          left -= common.count
        }
        missing += left
      }
    }
    return missing
  }

  /// The part of each tensor that this rank has state for, and where in the state arrays.
  private func places(_ layout: ParameterLayout) -> [(
    entry: ParameterEntry, elements: Range<Int>, state: Range<Int>
  )] {
    layout.entries.filter { $0.role != .statistic }.flatMap { entry in
      zip(pieces.ranges, pieces.places).compactMap { range, place in
        let own = entry.range.clamped(to: range)
        guard !own.isEmpty else { return nil }
        let first = own.lowerBound - entry.range.lowerBound
        let start = place + own.lowerBound - range.lowerBound
        return (entry, first..<first + own.count, start..<start + own.count)
      }
    }
  }
}
