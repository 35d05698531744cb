extension PictureRequest {
  /// A picture as this request wants it: resized where it has a size, else as it is.
  public func fitted(_ picture: Picture) -> Picture {
    guard let size else { return picture }
    precondition(size > 0, "pictures of \(size) pixels")
    return picture.width == size && picture.height == size
      ? picture : picture.resized(to: size, self)
  }

  /// What was done to pictures, for records and sentences: "48 × 48, antialias, crop none".
  public var text: String {
    size.map { "\($0) × \($0), \(filter.rawValue), crop \(crop.rawValue)" } ?? "as they are"
  }
}
