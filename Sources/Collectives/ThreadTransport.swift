import Glibc
import Tensors

/// Messages between threads of this process: whoever comes second copies the bytes straight to
/// their place.
final class ThreadTransport: MessageTransport {
  let rank: Int
  let size: Int
  let hosts: [String]
  private let office: PostOffice

  init(_ rank: Int, _ office: PostOffice) {
    self.rank = rank
    self.office = office
    size = office.mailboxes.count
    hosts = Array(repeating: hostName(), count: size)
  }

  func makeBatch(capacity: Int) -> any MessageBatch {
    ThreadBatch(rank, office, capacity: capacity)
  }

  func abort(_ code: Int32) -> Never {
    let kind = Failure.Kind(rawValue: code) ?? .launch
    let sentence = "Rank \(rank) ended the job with exit code \(code)."
    office.close(Failure(kind, sentence), rank: rank)
    pthread_exit(nil)
  }
}
