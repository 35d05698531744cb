import Tensors

/// How the images of a convolution are cut for Winograd: into tiles of 4×4 outputs, and blocks of tiles that stay in cache.
///
/// A block is all tiles of a few images, or some rows of tiles of a large one. A pure function of the sizes, because the rows of a matrix
/// product decide its bits.
public struct WinogradTiling: Hashable, Sendable {
  /// Rows of tiles of an image.
  public let rows: Int
  /// Tiles of a row.
  public let columns: Int
  /// Images that are taken together: a power of two up to 8, so that chunks of samples are whole groups.
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

  /// Tiles of the largest block.
  public var tilesPerBlock: Int { images * rowsPerBlock * columns }
  /// Tiles of an image.
  public var tilesPerImage: Int { rows * columns }
}
