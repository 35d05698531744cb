import Tensors

/// The failure that `body` throws; nil where it throws none, or something else.
func refusal<T>(of body: () throws -> T) -> Failure? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? Failure
  }
}
