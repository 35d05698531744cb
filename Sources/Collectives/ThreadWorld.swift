import CPlatform
import Glibc
import Synchronization
import Tensors

/// Ranks that are threads of this process, for tests and self-checks: no launcher, no MPI.
///
/// A rank that waits sleeps, so hundreds of ranks run on a few cores. When a rank throws, whatever
/// the others wait for throws too, in whatever part. `abort` fails the world with its code and ends
/// only the thread that called it, without unwinding: what that rank holds stays allocated.
public enum ThreadWorld {
  private static let stackBytes = 1 << 20

  /// Runs `body` on `ranks` new threads, each with a communicator of its own, and returns their
  /// results in rank order.
  ///
  /// Throws the first error that a rank threw of itself; `Failure` (.launch) when a thread cannot
  /// be started; what `abort` said when a rank called it. Messages have up to `largestMessage`
  /// bytes.
  public static func run<T: Sendable>(
    ranks: Int,
    largestMessage: Int = 1 << 29,
    _ body: @escaping @Sendable (any Communicator) throws -> T
  ) throws -> [T] {
    precondition(ranks > 0, "a world needs a rank")
    let office = PostOffice(ranks: ranks)
    let results = Results<T>(count: ranks)
    var threads: [SystemThread] = []
    for rank in 0..<ranks {
      let work: @Sendable () -> Void = {
        do {
          let part = ThreadPart(
            rank: rank,
            threads: Array(0..<ranks),
            context: 0,
            office: office
          )
          let transport = ThreadTransport(part)
          let communicator = MessageCommunicator(transport, largestMessage: largestMessage)
          let result = try body(communicator)
          results.slots.withLock { $0[rank] = result }
        } catch {
          office.close(error, rank: rank)
        }
      }
      do {
        threads.append(try SystemThread(stackBytes: stackBytes, work))
      } catch {
        let reason = systemReason(error.code)
        office.close(Failure(.launch, "A thread cannot be started: \(reason)."), rank: rank)
        break
      }
    }
    for thread in threads { thread.join() }
    if let error = office.error { throw error }
    return results.slots.withLock { $0.compactMap { $0 } }
  }

  /// What each rank returned; an object, because the threads outlive no call but the compiler
  /// cannot know.
  private final class Results<T: Sendable>: Sendable {
    let slots: Mutex<[T?]>
    init(count: Int) { slots = Mutex(Array(repeating: nil, count: count)) }
  }
}
