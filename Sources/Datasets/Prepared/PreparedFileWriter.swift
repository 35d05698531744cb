import Containers
import Glibc
import Synchronization
import Tensors

/// Writes a prepared file beside its place and puts it there when it is whole.
struct PreparedFileWriter {
  /// Bytes of pixels that are read and written at a time, or one image where that is larger.
  private static let blockSize = 8 << 20

  private let path: String
  private let temporary: String
  private let descriptor: Int32

  /// Makes the file that becomes the one at `path`; throws a `.file` failure that names it.
  init(_ path: String) throws(Failure) {
    if let status = try FileStatus(path, .file), !status.isRegular {
      throw FileBytes.unwritable(status.isFolder ? EISDIR : EEXIST, path)
    }
    // Not the process number: two hosts may have the same.
    temporary = "\(path).writing-\(UInt32.random(in: .min ... .max))"
    descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw FileBytes.unwritable(errno, path) }
    self.path = path
  }

  /// Writes all of it: pixels first, on all threads of `team`, then the head that holds their
  /// checksums; returns the number of bytes.
  ///
  /// Throws the `.data` failure of the first image that cannot be read, and a `.file` failure where
  /// the file cannot be written; nothing is left of it then.
  func write(
    _ images: [any ImageDataset],
    _ head: PreparedHead,
    _ team: ThreadTeam
  ) throws(Failure) -> Int {
    do throws(Failure) {
      let size = try fill(images, head, team)
      if fsync(descriptor) != 0 { throw FileBytes.unwritable(errno, path) }
      if rename(temporary, path) != 0 { throw FileBytes.unwritable(errno, path) }
      close(descriptor)
      try Flush.folder(Paths.parent(of: path))
      return size
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
  }

  private func fill(
    _ images: [any ImageDataset],
    _ head: PreparedHead,
    _ team: ThreadTeam
  ) throws(Failure) -> Int {
    var head = head
    let start = head.encoded.count
    var end = start
    let bytes = images.reduce(0) { $0 + $1.count * head.shape.count }
    if let space = FreeSpace(at: path), Double(start + bytes) > space.bytes {
      throw Failure(
        .file,
        "\(path) takes \(FreeSpace.text(Double(start + bytes))), and \(FreeSpace.text(space.bytes)) "
          + "are free there"
      )
    }
    for (place, part) in images.enumerated() {
      head.parts[place].hashes = try pixels(of: part, from: end, team)
      end += part.count * head.shape.count
    }
    try put(head.encoded, at: 0)
    // The digests, from what was written: reading pictures again may take long.
    let file = try DataFile(temporary)
    var first = start
    for place in head.parts.indices {
      let written = PreparedImages(file, head, head.parts[place], first: first)
      let digest = ImageDigest(written)
      head.parts[place].digest = digest.whole(try digest.parts(0..<digest.blocks, team))
      first += written.count * head.shape.count
    }
    try put(head.encoded, at: 0)
    return end
  }

  /// Writes the pixels of `images` from the byte `start` on; returns the checksum of each.
  private func pixels(
    of images: any ImageDataset,
    from start: Int,
    _ team: ThreadTeam
  ) throws(Failure) -> [UInt64] {
    let size = images.shape.count
    let perBlock = min(images.count, max(1, Self.blockSize / size))
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: perBlock * size)
    let sums = UnsafeMutablePointer<UInt64>.allocate(capacity: perBlock)
    defer {
      block.deallocate()
      sums.deallocate()
    }
    let unreadable = Mutex<(item: Int, failure: Failure)?>(nil)
    var hashes: [UInt64] = []
    for first in stride(from: 0, to: images.count, by: perBlock) {
      let count = min(perBlock, images.count - first)
      team.run(count) { item, _ in
        let pixels = block + item * size
        do throws(Failure) {
          try images.readPixels(first + item, into: pixels)
          sums[item] = XXH64.hash(UnsafeRawBufferPointer(start: pixels, count: size))
        } catch {
          unreadable.withLock { known in
            if known.map({ item < $0.item }) ?? true { known = (item, error) }
          }
        }
      }
      if let failure = unreadable.withLock({ $0?.failure }) { throw failure }
      hashes += UnsafeBufferPointer(start: sums, count: count)
      let bytes = UnsafeRawBufferPointer(start: block, count: count * size)
      let code = FileBytes.write(bytes, to: descriptor, at: start + first * size)
      if code != 0 { throw FileBytes.unwritable(code, path) }
    }
    return hashes
  }

  private func put(_ bytes: [UInt8], at start: Int) throws(Failure) {
    let code = bytes.withUnsafeBytes { FileBytes.write($0, to: descriptor, at: start) }
    if code != 0 { throw FileBytes.unwritable(code, path) }
  }
}
