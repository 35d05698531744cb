import COpenBLAS
import Synchronization

/// OpenBLAS: the source of every matrix product, one thread a call.
public enum BLAS {
  /// Sets one BLAS thread for the calling thread; every thread calls this before its first product.
  ///
  /// In the OpenMP build of OpenBLAS the setting belongs to the thread, in the pthread build to the
  /// process.
  public static func useOneThread() { openblas_set_num_threads(1) }

  /// Bytes of address space that OpenBLAS takes for each thread that multiplies, and for each that
  /// it starts itself; without an end, and without a word, it waits for them.
  ///
  /// 128 MiB in OpenBLAS 0.3.21 (strace), of which little is touched.
  public static let bufferBytes = 128 << 20

  /// The threads OpenBLAS would use for a product.
  public static var threads: Int { Int(openblas_get_num_threads()) }

  /// The kernels OpenBLAS chose for this CPU: "SkylakeX", "Haswell", ….
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// The threads it has started before `main`, each with a buffer: those of the pthread build.
  public static var startedThreads: Int { openblas_get_parallel() == 1 ? max(0, threads - 1) : 0 }

  /// Version and build options of OpenBLAS.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// Whether these kernels leave half of a CPU with AVX-512 unused.
  public static var isHalfSpeed: Bool {
    KernelLevel.best == .avx512 && ["Haswell", "Zen"].contains(coreName)
  }

  /// Whether this is OpenBLAS built without threads, whose products must take turns.
  ///
  /// That build hands the same scratch memory to two callers at a time, and both results are wrong.
  public static let isSerial = openblas_get_parallel() == 0

  private static let turn = Mutex(())

  /// m·n·k up to which OpenBLAS multiplies without packing, at nearly the core's peak (measured:
  /// 230 to 250 GFLOP/s below, 130 to 210 above).
  static let quickProduct = 1_000_000
  /// Columns of a piece.
  private static let pieceColumns = 64

  /// c = op(a) · op(b) + beta · c, row-major; op(a) is m × k, op(b) k × n, c m × n.
  ///
  /// `pitchA`, `pitchB` and `pitchC` are the floats from one stored row to the next; by default
  /// rows follow each other. Large products are taken in pieces, cut by m, n and k alone. Threads
  /// may call it at the same time with any build of OpenBLAS.
  public static func multiply(
    m: Int,
    n: Int,
    k: Int,
    _ a: UnsafePointer<Float>,
    transposedA: Bool = false,
    pitchA: Int? = nil,
    _ b: UnsafePointer<Float>,
    transposedB: Bool = false,
    pitchB: Int? = nil,
    beta: Float,
    into c: UnsafeMutablePointer<Float>,
    pitchC: Int? = nil
  ) {
    let (pa, pb) = (pitchA ?? (transposedA ? m : k), pitchB ?? (transposedB ? k : n))
    let pc = pitchC ?? n
    let rows = quickProduct / (min(n, pieceColumns) * k) / 16 * 16
    // With a k so large that few rows are left, packing is the better way.
    guard m * n * k > quickProduct, rows >= 16 else {
      product(m, n, k, a, transposedA, pa, b, transposedB, pb, beta, c, pc)
      return
    }
    var i = 0
    while i < m {
      let height = min(rows, m - i)
      var j = 0
      while j < n {
        let width = min(pieceColumns, n - j)
        product(
          height,
          width,
          k,
          a + (transposedA ? i : i * pa),
          transposedA,
          pa,
          b + (transposedB ? j * pb : j),
          transposedB,
          pb,
          beta,
          c + i * pc + j,
          pc
        )
        j += width
      }
      i += height
    }
  }

  /// One call of OpenBLAS.
  private static func product(
    _ m: Int,
    _ n: Int,
    _ k: Int,
    _ a: UnsafePointer<Float>,
    _ transposedA: Bool,
    _ pitchA: Int,
    _ b: UnsafePointer<Float>,
    _ transposedB: Bool,
    _ pitchB: Int,
    _ beta: Float,
    _ c: UnsafeMutablePointer<Float>,
    _ pitchC: Int
  ) {
    // Local, so that both ways below make the same call.
    func call() {
      cblas_sgemm(
        CblasRowMajor,
        transposedA ? CblasTrans : CblasNoTrans,
        transposedB ? CblasTrans : CblasNoTrans,
        blasint(m),
        blasint(n),
        blasint(k),
        1,
        a,
        blasint(pitchA),
        b,
        blasint(pitchB),
        beta,
        c,
        blasint(pitchC)
      )
    }
    if isSerial {
      turn.withLock { _ in call() }
    } else {
      call()
    }
  }
}
