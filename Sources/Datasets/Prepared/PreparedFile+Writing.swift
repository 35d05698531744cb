import Tensors

extension PreparedFile {
  /// Writes all images of `source` into one file at `path`, in their order; returns its bytes.
  ///
  /// Who opens it trains on the same images, and holds the same ones out. `origin` says for people
  /// what they were made from. Throws the `.data` failure of the first image that cannot be read,
  /// and a `.file` failure where the file cannot be written; what was at `path` is there still then.
  @discardableResult
  public static func write(
    _ source: DataSource,
    to path: String,
    origin: String,
    team: ThreadTeam
  ) throws(Failure) -> Int {
    let parts =
      [("train", source.train)]
      + EvaluationSplit.allCases.compactMap { split in
        source.images(of: split).map { (split.rawValue, $0) }
      }
    let head = PreparedHead(
      shape: source.train.shape,
      classes: source.train.classes,
      normalization: source.normalization,
      origin: origin,
      decoder: source.decoder ?? "",
      parts: parts.map { name, images in part(name, images) }
    )
    return try PreparedFileWriter(path).write(parts.map(\.1), head, team)
  }

  /// A part whose pixels are still to be written.
  private static func part(_ name: String, _ images: any ImageDataset) -> PreparedHead.Part {
    let all = 0..<images.count
    let keys = all.compactMap(images.splitKey)
    return PreparedHead.Part(
      name: name,
      labels: all.map { UInt16(images.label($0)) },
      keys: keys.count == images.count ? keys : nil,
      hashes: Array(repeating: 0, count: images.count),
      digest: String(repeating: "0", count: 64)
    )
  }
}
