import Glibc
import Tensors

/// Messages between threads of this process: whoever comes second copies the bytes straight to
/// their place.
final class ThreadTransport: MessageTransport {
  let hosts: [String]
  private let part: ThreadPart
  private var splits = 0

  init(_ part: ThreadPart) {
    self.part = part
    hosts = Array(repeating: hostName(), count: part.threads.count)
  }

  var rank: Int { part.rank }
  var size: Int { part.threads.count }

  func makeBatch(capacity: Int) -> any MessageBatch { ThreadBatch(part, capacity: capacity) }

  func split(_ members: [Int], as rank: Int) -> any MessageTransport {
    let (office, threads) = (part.office, members.map { part.threads[$0] })
    let context = office.context(
      of: .init(context: part.context, earlier: splits, first: threads[0])
    )
    splits += 1
    return ThreadTransport(
      ThreadPart(rank: rank, threads: threads, context: context, office: office)
    )
  }

  func abort(_ code: Int32) -> Never {
    let kind = Failure.Kind(rawValue: code) ?? .launch
    let sentence = "Rank \(part.thread) ended the job with exit code \(code)."
    part.office.close(Failure(kind, sentence), rank: part.thread)
    pthread_exit(nil)
  }
}
