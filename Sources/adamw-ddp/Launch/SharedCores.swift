/// Ranks that have fewer cores between them than threads.
package enum SharedCores {
  /// A sentence for each set of ranks of a host whose threads must take turns, and what to do where
  /// cores are idle meanwhile; `masks` are the cores that each rank may use, `online` how many its
  /// host has.
  package static func notes(
    hosts: [String],
    masks: [[Int]],
    threads: [Int],
    online: [Int]
  ) -> [String] {
    var rest = Array(hosts.indices)
    var notes: [String] = []
    while let first = rest.first {
      // All ranks that share with it, or with one that does.
      var (ranks, cores) = ([first], Set(masks[first]))
      while let next = rest.first(where: { rank in
        !ranks.contains(rank) && hosts[rank] == hosts[first]
          && !cores.isDisjoint(with: masks[rank])
      }) {
        ranks.append(next)
        cores.formUnion(masks[next])
      }
      rest.removeAll { ranks.contains($0) }
      let wanted = ranks.reduce(0) { $0 + threads[$1] }
      if ranks.count > 1, wanted > cores.count {
        notes.append(
          note(ranks.sorted(), cores.sorted(), hosts[first]) + remedy(cores.count, online[first])
        )
      }
    }
    return notes
  }

  private static func note(_ ranks: [Int], _ cores: [Int], _ host: String) -> String {
    let shared = "\(cores.count) \(cores.count == 1 ? "core" : "cores") (\(Machine.ranges(cores)))"
    let better = "\(cores.count) \(cores.count == 1 ? "rank" : "ranks")"
    return
      "note: on \(host) the ranks \(Machine.ranges(ranks)) share \(shared) and take turns: the "
      + "same bits, but slower than \(better)."
  }

  private static func remedy(_ used: Int, _ online: Int) -> String {
    guard online > used else { return "" }
    return
      " The host has \(online): bind each rank to cores of its own, as the line below does, or "
      + "none of them (--bind-to none)."
  }
}
