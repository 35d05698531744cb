import Glibc
import Pictures
import Tensors

/// All pictures of a folder read once: which can be, what size they have, and their pixels where they
/// are to be kept.
///
/// What comes of it does not depend on the team.
struct PictureScan {
  /// The most bytes of pixels that a rank keeps: 4 GiB, or half of the host's memory where that is
  /// less.
  static var memoryLimit: Int {
    let host = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(
      by: sysconf(Int32(_SC_PAGESIZE))
    )
    return host.overflow || host.partialValue <= 0 ? 4 << 30 : min(4 << 30, host.partialValue / 2)
  }

  /// The shape of every image: one channel where all are grey, else three.
  private(set) var shape: ImageShape
  /// The numbers of the pictures that could be read.
  private(set) var read: [Int] = []
  /// Why others could not.
  private(set) var damaged: [Failure] = []
  /// The pixels of those that could, one image after another; nil where they are not kept.
  private(set) var pixels: [UInt8]?
  /// The sums over each of them.
  private(set) var sums: [ChannelSums] = []
  /// What no other state of these files has.
  private(set) var mark = ""

  /// What became of a picture.
  private enum Outcome {
    case unread
    case read(isGrey: Bool, ChannelSums, mark: String)
    case damaged(Failure)
    case otherSize(width: Int, height: Int)
  }

  /// Reads `entries` as `request` wants them, on all threads of `team`; keeps their pixels within
  /// `limit` bytes, or not at all where it is nil.
  ///
  /// Throws a `.data` failure that names a picture of another size than the first, and, unless the
  /// request skips them, the first one that cannot be read; and where the limit is too low.
  init(
    _ entries: [ClassFolders.Entry],
    _ request: DataRequest,
    limit: Int?,
    _ team: ThreadTeam
  ) throws(Failure) {
    let reader = PictureReader(request: request.picture)
    let first = try Self.first(entries, reader, request)
    let colour = ImageShape(height: first.height, width: first.width, channels: 3)
    if let limit { try Self.admit(entries.count, colour, request, limit) }
    var outcomes = [Outcome](repeating: .unread, count: entries.count)
    var isGrey = false
    let slots = limit == nil ? 0 : entries.count * colour.count
    let kept = [UInt8](unsafeUninitializedCapacity: slots) { pixels, count in
      Self.read(entries, reader, colour, into: pixels, &outcomes, team)
      isGrey = outcomes.allSatisfy { if case .read(let isGrey, _, _) = $0 { isGrey } else { true } }
      count = slots == 0 ? 0 : Self.pack(outcomes, pixels, colour, isGrey: isGrey)
    }
    shape = isGrey ? ImageShape(height: first.height, width: first.width, channels: 1) : colour
    pixels = limit == nil ? nil : kept
    try take(outcomes, entries, first, request)
  }

  /// The first picture that can be read, whose size all must have.
  private static func first(
    _ entries: [ClassFolders.Entry],
    _ reader: PictureReader,
    _ request: DataRequest
  ) throws(Failure) -> Picture {
    let decoder = PictureDecoder()
    var failure: Failure?
    for entry in entries {
      do throws(Failure) {
        return try reader.picture(entry.path, decoder).picture
      } catch {
        if !request.skipsDamaged { throw error }
        failure = failure ?? error
      }
    }
    throw failure ?? Failure(.data, "\(request.path) holds no pictures")
  }

  private static func admit(
    _ count: Int,
    _ shape: ImageShape,
    _ request: DataRequest,
    _ limit: Int
  ) throws(Failure) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: shape.count)
    guard overflow || bytes > limit else { return }
    let size = "\(count) images of \(shape) come to \(FreeSpace.text(Double(bytes)))"
    let way =
      "adamw-ddp data prepare \(request.path) --output FILE"
      + (request.picture.size.map { " --image-size \($0)" } ?? "")
    throw Failure(
      .data,
      "\(request.path): \(size), more than the \(FreeSpace.text(Double(limit))) that a rank keeps in "
        + "memory: \(way) makes a file of them that is read in pieces"
    )
  }

  /// Reads all; pixels go to `pixels`, three channels of each, where there is room for them.
  private static func read(
    _ entries: [ClassFolders.Entry],
    _ reader: PictureReader,
    _ shape: ImageShape,
    into pixels: UnsafeMutableBufferPointer<UInt8>,
    _ outcomes: inout [Outcome],
    _ team: ThreadTeam
  ) {
    let decoders = (0..<team.size).map { _ in PictureDecoder() }
    let slot = pixels.isEmpty ? 0 : shape.count
    outcomes.withUnsafeMutableBufferPointer { outcomes in
      let outcomes = outcomes
      team.run(entries.count) { item, member in
        let room = UnsafeMutableBufferPointer(rebasing: pixels[item * slot..<(item + 1) * slot])
        outcomes[item] = outcome(entries[item].path, reader, decoders[member], shape, room)
      }
    }
  }

  private static func outcome(
    _ path: String,
    _ reader: PictureReader,
    _ decoder: PictureDecoder,
    _ shape: ImageShape,
    _ room: UnsafeMutableBufferPointer<UInt8>
  ) -> Outcome {
    do throws(Failure) {
      let (picture, mark) = try reader.picture(path, decoder)
      guard picture.width == shape.width, picture.height == shape.height else {
        return .otherSize(width: picture.width, height: picture.height)
      }
      let bytes = picture.inColour.bytes
      if !room.isEmpty { _ = room.update(fromContentsOf: bytes) }
      return .read(isGrey: picture.channels == 1, ChannelSums(bytes, channels: 3), mark: mark)
    } catch {
      return .damaged(error)
    }
  }

  /// Moves the pixels of those that could be read together, one channel of each where all are grey;
  /// returns how many bytes there are.
  private static func pack(
    _ outcomes: [Outcome],
    _ pixels: UnsafeMutableBufferPointer<UInt8>,
    _ shape: ImageShape,
    isGrey: Bool
  ) -> Int {
    var end = 0
    for (item, outcome) in outcomes.enumerated() {
      guard case .read = outcome else { continue }
      let start = item * shape.count
      if !isGrey, start == end {
        end += shape.count
        continue
      }
      for place in stride(from: start, to: start + shape.count, by: isGrey ? 3 : 1) {
        pixels[end] = pixels[place]
        end += 1
      }
    }
    return end
  }

  /// Takes what has become of the pictures in, in their order; throws as `init` does.
  private mutating func take(
    _ outcomes: [Outcome],
    _ entries: [ClassFolders.Entry],
    _ first: Picture,
    _ request: DataRequest
  ) throws(Failure) {
    var marks = request.picture.text
    for (item, outcome) in outcomes.enumerated() {
      switch outcome {
      case .unread: preconditionFailure("picture \(item) was not read")
      case .read(_, let sum, let mark):
        read.append(item)
        sums.append(sum)
        marks += " \(mark)"
      case .damaged(let failure):
        if !request.skipsDamaged { throw failure }
        damaged.append(failure)
      case .otherSize(let width, let height):
        throw Failure(
          .data,
          "\(entries[item].path) has \(width) × \(height) pixels, others have \(first.width) × "
            + "\(first.height): --image-size N makes all of them N × N"
        )
      }
    }
    mark = marks.withUTF8 { XXH64.hash(UnsafeRawBufferPointer($0)).hexadecimal }
  }
}
