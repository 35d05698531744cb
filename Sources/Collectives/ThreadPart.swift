/// The threads between which a transport of a `ThreadWorld` carries letters, seen from one of them.
struct ThreadPart {
  /// This thread's rank among them.
  let rank: Int
  /// The thread of every rank, by its rank in the whole world.
  let threads: [Int]
  /// The number that tells letters of this transport from those of others.
  let context: Int
  let office: PostOffice

  /// This thread.
  var thread: Int { threads[rank] }
}
