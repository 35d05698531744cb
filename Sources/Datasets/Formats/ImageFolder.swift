import Containers
import Pictures
import Tensors

extension DataFormat {
  /// A folder for each class with JPEG or PNG files, whole or in train/, val/ and test/.
  ///
  /// Each is read once, at the opening, and kept in memory: at most 4 GiB a rank, and half of the
  /// host's memory. Mean and deviation come from all training pictures.
  static var imageFolder: DataFormat {
    DataFormat(
      name: "image-folder",
      sign: "class folders with JPEG or PNG files, or train/ with such and val/ or test/",
      recognizes: { path throws(Failure) in try PictureFolder.isOne(path) },
      open: { request throws(Failure) in
        try pictures(request, try ThreadTeam.start(size: 1))
      },
      openOnTeam: { request, team throws(Failure) in
        try pictures(request, team)
      }
    )
  }

  /// Opens a folder of pictures.
  private static func pictures(
    _ request: DataRequest,
    _ team: ThreadTeam
  ) throws(Failure) -> Parts {
    let folder = try PictureFolder(request.path)
    if folder.val == nil, folder.test == nil, request.needsTest {
      throw Failure(
        .data,
        "\(request.path) has no pictures to evaluate on: say with --val-fraction which part to hold "
          + "out, or make folders train/ and val/ (or test/)"
      )
    }
    let entries = folder.parts.flatMap(\.entries)
    let decoder = try version(entries)
    let scan = try PictureScan(entries, request, limit: request.pictureMemory, team)
    var images: [any ImageDataset] = []
    var (end, taken) = (0, 0)
    var sums = ChannelSums()
    for part in folder.parts {
      end += part.entries.count
      let own = scan.read[taken...].prefix { $0 < end }
      if own.isEmpty { throw Failure(.data, "\(part.path) holds no picture that can be read") }
      if images.isEmpty { for sum in scan.sums[own.indices] { sums.add(sum) } }
      images.append(
        dataset(own.map { entries[$0] }, scan, folder, request, first: taken * scan.shape.count)
      )
      taken = own.endIndex
    }
    return Parts(
      train: images[0],
      val: folder.val == nil ? nil : images[1],
      test: folder.test == nil ? nil : images.last,
      normalization: sums.normalization(channels: scan.shape.channels),
      notes: [folder.note, damage(scan.damaged)].compactMap { $0 },
      decoder: decoder
    )
  }

  private static func dataset(
    _ entries: [ClassFolders.Entry],
    _ scan: PictureScan,
    _ folder: PictureFolder,
    _ request: DataRequest,
    first: Int
  ) -> any ImageDataset {
    let (classes, mark) = (folder.train.classes, "\(scan.mark) \(first)")
    guard let pixels = scan.pixels else {
      return PicturesInFiles(
        shape: scan.shape,
        classes: classes,
        mark: mark,
        entries: entries,
        reader: PictureReader(request: request.picture)
      )
    }
    return PicturesInMemory(
      shape: scan.shape,
      classes: classes,
      mark: mark,
      entries: entries,
      pixels: pixels,
      first: first
    )
  }

  /// The versions of the libraries that read these files; throws a `.data` failure that names the
  /// package of one that is not there.
  private static func version(_ entries: [ClassFolders.Entry]) throws(Failure) -> String {
    var needed: Set<PictureLibrary> = []
    for entry in entries where needed.count < PictureLibrary.allCases.count {
      // What cannot be read is found when it is read.
      guard let file = try? DataFile(entry.path),
        let start = try? file.bytes(at: 0, count: min(8, file.size)),
        let library = PictureDecoder.library(of: start)
      else { continue }
      needed.insert(library)
    }
    var versions: [String] = []
    for library in PictureLibrary.allCases where needed.contains(library) {
      versions.append(try PictureDecoder.version(library))
    }
    return versions.joined(separator: ", ")
  }

  private static func damage(_ failures: [Failure]) -> String? {
    guard let first = failures.first else { return nil }
    return "\(failures.count) damaged \(failures.count == 1 ? "picture is" : "pictures are") left "
      + "out: \(first.message)" + (failures.count > 1 ? ", and others" : "")
  }
}
