import Checkpoints
import Collectives

/// Who writes what of a checkpoint: the ranks of a node one file, each its own pieces.
package struct CheckpointForm: Sendable {
  /// The file of each node.
  package let files: [StateFile]
  /// The node of each rank.
  package let nodes: [Int]
  /// The place of each rank among those of its node.
  package let places: [Int]

  /// The form for ranks that have these pieces; every rank calls it with its own.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  package init(_ pieces: [StateFile.Piece], _ communicator: any Communicator) throws {
    let names = try communicator.allGather(pieces.map(\.name).joined(separator: "\n"))
    let all = names.map { $0.split(separator: "\n").compactMap { StateFile.Piece(String($0)) } }
    self.init(all, hosts: communicator.hosts)
  }

  /// The form for ranks on these hosts that have these pieces.
  package init(_ pieces: [[StateFile.Piece]], hosts: [String]) {
    var (found, nodes, places): ([String], [Int], [Int]) = ([], [], [])
    for host in hosts {
      if !found.contains(host) { found.append(host) }
      let node = found.firstIndex(of: host) ?? 0
      places.append(nodes.count { $0 == node })
      nodes.append(node)
    }
    files = found.indices.map { node in
      StateFile(pieces.indices.filter { nodes[$0] == node }.map { pieces[$0] })
    }
    (self.nodes, self.places) = (nodes, places)
  }

  /// Where the bytes of a rank start in its node's file.
  package func start(of rank: Int) -> Int {
    files[nodes[rank]].regions[places[rank]].lowerBound
  }

  /// The parts of a checkpoint whose ranks have written these ranges.
  package func parts(_ written: [[StateSnapshot.Written]]) -> [CheckpointManifest.Part] {
    files.indices.map { node in
      let ranges = written.indices.filter { nodes[$0] == node }.flatMap { written[$0] }
      return CheckpointManifest.Part(
        name: CheckpointFolder.part(node),
        bytes: files[node].bytes,
        ranges: ranges.sorted { $0.start < $1.start }
      )
    }
  }
}
