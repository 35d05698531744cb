import Tensors

extension Communicator {
  /// Runs `body` on every rank and throws the same failure on all of them when it fails on any.
  ///
  /// So an error of one rank never leaves the others waiting. Throws `Failure`: that of the lowest
  /// rank, whose sentence names rank and host when not all ranks have it; any other error of `body`
  /// as .file; .launch when a rank is lost.
  public func together<T>(_ body: () throws -> T) throws -> T {
    let result: Result<T, Failure>
    do {
      result = .success(try body())
    } catch let failure as Failure {
      result = .failure(failure)
    } catch {
      result = .failure(Failure(.file, "\(error)"))
    }
    var text = ""
    var kind: Int32 = 0
    if case .failure(let failure) = result {
      (text, kind) = (failure.message, failure.kind.rawValue)
    }
    let kinds = try allGather([kind]).map { $0[0] }
    let texts = try allGather(text)
    if let first = kinds.firstIndex(where: { $0 != 0 }) {
      let everywhere = kinds.allSatisfy { $0 == kinds[first] }
      let sentence =
        everywhere ? texts[first] : "rank \(first) on \(hosts[first]): \(texts[first])"
      throw Failure(Failure.Kind(rawValue: kinds[first]) ?? .file, sentence, isAgreed: true)
    }
    return try result.get()
  }
}
