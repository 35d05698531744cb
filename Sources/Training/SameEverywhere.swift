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
    let all = try communicator.allGather(own).map {
      $0.split(separator: mark, omittingEmptySubsequences: false).map(String.init)
    }
    for (k, field) in fields.enumerated() {
      try compare(all.map { $0[k] }, "--\(field.flag)", .usage, needed: "plan", communicator)
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
      return "\(digest)"
    }
    let facts = try models.map { contents in
      try contents.metadata.texts().sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", ")
    }
    for (own, what) in [(digests, "digest"), (facts, "metadata")] {
      let all = try communicator.allGather(own.joined(separator: "; "))
      try compare(all, "the \(what) of the model", .data, needed: "data", communicator)
    }
  }

  /// The digest of the images that the ranks have opened, in parts; a part that some have and some
  /// have not is a `.data` failure, on all ranks alike, as is what `digest(of:)` refuses.
  ///
  /// Every rank calls it.
  package static func digest(
    of source: DataSource,
    team: ThreadTeam,
    _ communicator: any Communicator
  ) throws -> DataDigest {
    let has = try communicator.allGather(source.test == nil ? "missing" : "there")
    try compare(has, "the file of test images", .data, needed: "data", communicator)
    // Before images are held out: what is left of them follows from them and the plan.
    return DataDigest(
      train: try digest(of: source.whole, "training", team: team, communicator),
      test: try source.test.map { try digest(of: $0, "test", team: team, communicator) },
      decoder: source.decoder
    )
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
    try compare(seen, "the SHA-256 of the \(name) images", .data, needed: "data", communicator)
    return seen[0]
  }

  /// Throws, on all ranks alike, where number, shape or classes of the images differ.
  private static func compareKind(
    _ images: any ImageDataset,
    _ name: String,
    _ communicator: any Communicator
  ) throws {
    let kind = "\(images.count) of \(images.shape) in \(images.classes.count) classes"
    let kinds = try communicator.allGather(kind)
    try compare(kinds, "the number of \(name) images", .data, needed: "data", communicator)
    let names = try communicator.allGather(images.classes.joined(separator: "\0")).map {
      $0.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    }
    for k in images.classes.indices {
      let what = "class \(k) of the \(name) images"
      try compare(names.map { $0[k] }, what, .data, needed: "data", communicator)
    }
  }

  /// Throws a failure of `kind`, on all ranks alike, where `what` is another for some rank than for
  /// rank 0; every rank calls it with the words of all.
  package static func compare(
    _ all: [String],
    _ what: String,
    _ kind: Failure.Kind,
    needed: String,
    _ communicator: any Communicator
  ) throws(Failure) {
    guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
    throw Failure(
      kind,
      "\(what) is \(all[other]) for rank \(other) on \(communicator.hosts[other]) but \(all[0]) for "
        + "rank 0 on \(communicator.hosts[0]): every rank needs the same \(needed).",
      isAgreed: true
    )
  }
}
