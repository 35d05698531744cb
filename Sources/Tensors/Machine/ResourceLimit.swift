import Glibc

/// What the system lets this process have, as set with ulimit or by a job's manager.
package enum ResourceLimit: Sendable {
  /// Bytes of address space.
  case addressSpace
  /// Bytes of memory that is written to.
  case data
  /// Bytes of a file that is written.
  case fileSize
  /// Bytes of the main thread's stack.
  case stack
  /// Files open at the same time.
  case openFiles

  /// Bytes of stack that the system gives a thread that says nothing of it.
  package static var threadStackBytes: Int {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    var bytes = 0
    return pthread_attr_getstacksize(&attributes, &bytes) == 0 ? bytes : 8 << 20
  }

  private var resource: __rlimit_resource {
    switch self {
    case .addressSpace: RLIMIT_AS
    case .data: RLIMIT_DATA
    case .fileSize: RLIMIT_FSIZE
    case .stack: RLIMIT_STACK
    case .openFiles: RLIMIT_NOFILE
    }
  }

  /// What a shell calls it.
  package var command: String {
    switch self {
    case .addressSpace: "ulimit -v"
    case .data: "ulimit -d"
    case .fileSize: "ulimit -f"
    case .stack: "ulimit -s"
    case .openFiles: "ulimit -n"
    }
  }

  /// The limit that holds now; nil where there is none.
  package var soft: UInt64? { limits.flatMap { Self.number($0.rlim_cur) } }

  /// Raises the limit that holds to `wanted`, or as far as this user may.
  package func raise(to wanted: UInt64) {
    guard var limits else { return }
    limits.rlim_cur = rlim_t(Self.number(limits.rlim_max).map { min($0, wanted) } ?? wanted)
    _ = setrlimit(__rlimit_resource_t(resource.rawValue), &limits)
  }

  private var limits: rlimit? {
    var limits = rlimit()
    return getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0 ? limits : nil
  }

  private static func number(_ limit: rlim_t) -> UInt64? {
    limit == rlim_t.max ? nil : UInt64(limit)
  }
}
