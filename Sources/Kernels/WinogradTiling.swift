import Tensors

/// How the images of a convolution are cut for Winograd: into tiles of 4×4 outputs, and blocks of
/// tiles that stay in cache.
///
/// A block is all tiles of a few images, or some rows of tiles of a large one. A pure function of
/// the sizes, because the rows of a matrix product decide its bits.
public struct WinogradTiling: Hashable, Sendable {
  /// Rows of tiles of an image.
  public let rows: Int
  /// Tiles of a row.
  public let columns: Int
  /// Images that are taken together: a power of two up to 8, so that chunks of samples are whole
  /// groups.
  public let images: Int
  /// Rows of tiles in a block: all of them when `images` is more than one.
  public let rowsPerBlock: Int

  /// Tiles for outputs of height × width pixels, in blocks of about `limit` tiles.
  public init(height: Int, width: Int, limit: Int) {
    rows = (height + 3) / 4
    columns = (width + 3) / 4
    var images = 1
    while images < BatchLayout.chunkSize && 2 * images * rows * columns <= limit { images *= 2 }
    self.images = images
    rowsPerBlock = images > 1 ? rows : max(1, min(rows, limit / columns))
  }

  /// The tiles that write an image, of 4×4 results each that lie `grid.step / 4` pixels apart, in
  /// blocks of about `limit`.
  init(over image: ImageShape, _ grid: WinogradTransform.Grid, limit: Int) {
    let (each, before) = (grid.step / 4, grid.before)
    self.init(
      height: (image.height + before + each - 1) / each,
      width: (image.width + before + each - 1) / each,
      limit: limit
    )
  }

  /// Calls `body` for each block of the first `count` images, in order, with its images and rows of
  /// tiles.
  @inline(__always)
  func forEachBlock(of count: Int, _ body: (_ images: Range<Int>, _ tileRows: Range<Int>) -> Void) {
    for image in stride(from: 0, to: count, by: images) {
      for row in stride(from: 0, to: rows, by: rowsPerBlock) {
        body(image..<min(image + images, count), row..<min(row + rowsPerBlock, rows))
      }
    }
  }

  /// Tiles of the largest block.
  public var tilesPerBlock: Int { images * rowsPerBlock * columns }
}
