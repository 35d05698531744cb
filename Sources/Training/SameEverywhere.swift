import Collectives
import Datasets
import Plans
import Runs
import Tensors

/// Refuses a run whose ranks were given different plans or different data, which no other check
/// would see.
///
/// Parameters stay equal when one rank trains on a stale copy of the images or with another seed;
/// only the result is wrong.
package enum SameEverywhere {
  /// Throws on all ranks alike, a usage failure, when a field that is no rank's own differs between
  /// ranks.
  package static func check(_ plan: TrainingPlan, _ communicator: any Communicator) throws {
    let fields = PlanField.all.filter { !$0.isLocal }
    // No argument holds a zero byte.
    let mark: Character = "\0"
    let own = fields.map { $0.get(plan) ?? "nothing" }.joined(separator: "\(mark)")
    let all = try communicator.allGather(own)
    guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
    let values = [other, 0].map { all[$0].split(separator: mark, omittingEmptySubsequences: false) }
    for (field, (theirs, first)) in zip(fields, zip(values[0], values[1])) where theirs != first {
      throw Failure(
        .usage,
        "--\(field.flag) is \(theirs) for rank \(other) on \(communicator.hosts[other]) but "
          + "\(first) for rank 0 on \(communicator.hosts[0]): every rank needs the same plan.",
        isAgreed: true
      )
    }
  }

  /// Throws on all ranks alike, a `.data` failure, when the models that ranks have read differ.
  package static func check(
    _ models: [ModelFile.Contents],
    _ communicator: any Communicator
  ) throws {
    let digests = models.map { contents in
      var digest = Digest()
      digest.update(UnsafeBufferPointer(contents.parameters.elements))
      return "digest \(digest)"
    }
    let facts = try models.map { contents in
      try contents.metadata.texts().sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", ")
    }
    for own in [digests, facts] {
      try compare(
        try communicator.allGather(own.joined(separator: "; ")),
        "the model",
        communicator
      )
    }
  }

  /// The digest of images that all ranks have opened, by `ImageDigest`; `name` says which, for
  /// people.
  ///
  /// Every rank calls it; ranks of a host that read the same files share the work. Throws on all
  /// ranks alike, a `.data` failure, when an image cannot be read, or number, shape, classes, a
  /// label or a byte differ.
  package static func digest(
    of images: any ImageDataset,
    _ name: String,
    team: ThreadTeam,
    _ communicator: any Communicator
  ) throws -> String {
    try compareKind(images, name, communicator)
    let digest = ImageDigest(images)
    let host = communicator.hosts[communicator.rank]
    let keys = try communicator.allGather(
      images.mark.map { "\(host) \($0)" } ?? "rank \(communicator.rank)"
    )
    let known = try communicator.allGather(images.digest ?? "")
    let sharers = Dictionary(grouping: keys.indices) { keys[$0] }
    func blocks(of rank: Int) -> Range<Int> {
      guard known[rank].isEmpty else { return 0..<0 }
      let ranks = sharers[keys[rank]] ?? []
      return share(ranks.firstIndex(of: rank) ?? 0, of: ranks.count, total: digest.blocks)
    }
    let offsets = keys.indices.reduce(into: [0]) { offsets, rank in
      offsets.append(offsets[rank] + blocks(of: rank).count * ImageDigest.partSize)
    }
    func parts(of rank: Int) -> Range<Int> { offsets[rank]..<offsets[rank + 1] }
    var all = [UInt8](repeating: 0, count: offsets[keys.count])
    let own = communicator.rank
    let computed = try communicator.together { try digest.parts(blocks(of: own), team) }
    all.replaceSubrange(parts(of: own), with: computed)
    try all.withUnsafeMutableBytes { try communicator.allGather($0, offsets: offsets) }
    let wholes = sharers.mapValues { ranks in digest.whole(ranks.flatMap { all[parts(of: $0)] }) }
    let seen = zip(known, keys).map { $0.isEmpty ? wholes[$1] ?? "" : $0 }
    try compare(seen.map { "SHA-256 \($0)" }, "the \(name) images", communicator)
    return seen[0]
  }

  /// Throws, on all ranks alike, where number, shape or classes of the images differ.
  private static func compareKind(
    _ images: any ImageDataset,
    _ name: String,
    _ communicator: any Communicator
  ) throws {
    let kind = "\(images.count) of \(images.shape) in \(images.classes.count) classes"
    try compare(try communicator.allGather(kind), "the \(name) images", communicator)
    let names = try communicator.allGather(images.classes.joined(separator: "\0")).map {
      $0.split(separator: "\0", omittingEmptySubsequences: false)
    }
    let other = images.classes.indices.first { k in names.contains { $0[k] != names[0][k] } }
    guard let other else { return }
    try compare(names.map { "class \(other) is \($0[other])" }, "the \(name) images", communicator)
  }

  /// Throws, on all ranks alike, where one rank's words differ from those of rank 0.
  private static func compare(
    _ seen: [String],
    _ name: String,
    _ communicator: any Communicator
  ) throws {
    guard let other = seen.firstIndex(where: { $0 != seen[0] }) else { return }
    throw Failure(
      .data,
      "\(name) of rank \(other) on \(communicator.hosts[other]) and of rank 0 on "
        + "\(communicator.hosts[0]) are not the same: \(seen[other]) there, \(seen[0]) here; every rank "
        + "needs the same data.",
      isAgreed: true
    )
  }
}
