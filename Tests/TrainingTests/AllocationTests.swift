import Foundation
import TestSupport
import Testing

/// A step allocates nothing, as glibc's own trace of the whole process sees it.
///
/// Only in release: what the compiler removes there, closures and existentials, counts in a debug
/// build.
@Suite(
  .serialized,
  .enabled(if: isRelease, "needs swift test -c release"),
  .disabled(if: isSanitized, "the trace is that of glibc's allocator, which no sanitizer has")
)
struct AllocationTests {
  @Test(arguments: [
    ("smallcnn", 1, 1), ("smallcnn", 1, 2), ("smallcnn", 3, 1), ("resnet20", 2, 2),
    ("shake26-2x16d", 1, 2), ("flowers-cnn", 2, 1),
  ])
  func aStepAllocatesNothing(model: String, ranks: Int, threads: Int) throws {
    let allocations = try allocations([model, "\(ranks)", "\(threads)", "1"])
    #expect(allocations.isEmpty)
  }

  @Test(arguments: [("resnet20", 1, 2, 3), ("smallcnn", 3, 1, 2)])
  func aStepInRoundsAllocatesNothing(model: String, ranks: Int, threads: Int, rounds: Int) throws {
    let allocations = try allocations([model, "\(ranks)", "\(threads)", "\(rounds)"])
    #expect(allocations.isEmpty)
  }

  /// Every way of a sample, and both of mixing.
  @Test(arguments: [
    "pad-crop:2,flip,shift:0.1,resized-crop,color-jitter:0.2:0.2:0.2,cutout:3,erasing,mixup,cutmix",
    "crop-flip,mixup:0.2", "reflect-crop:4,flip,cutmix",
  ])
  func variedAndMixedSamplesAllocateNothing(augment: String) throws {
    for (ranks, threads) in [(1, 2), (2, 1)] {
      let allocations = try allocations(["smallcnn", "\(ranks)", "\(threads)", "1", augment])
      #expect(allocations.isEmpty)
    }
  }

  @Test func anAllocationWouldBeSeen() throws {
    // Size in hexadecimal: 12345 bytes.
    let allocations = try allocations(["smallcnn", "1", "1", "1", "leak"])
    #expect(allocations.count == 1 && allocations[0].hasSuffix(" 0x3039"), "\(allocations)")
  }

  /// The lines of the trace that tell of new memory: "@ where + address size", or ">" for realloc.
  private func allocations(_ arguments: [String]) throws -> [String] {
    let folder = try TemporaryFolder()
    let trace = folder.path(of: "trace")
    let probe = try spawn(
      "step-probe",
      arguments,
      environment: ["LD_PRELOAD": "libc_malloc_debug.so.0", "MALLOC_TRACE": trace]
    )
    #expect(probe.status == 0, "\(probe.stderr)")
    let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
    // Without these the trace has not run, or not to its end.
    #expect(lines.first == "= Start" && lines.last == "= End")
    return lines.filter { $0.contains(" + ") || $0.contains(" > ") }.map(String.init)
  }
}

private var isRelease: Bool {
  #if DEBUG
    false
  #else
    true
  #endif
}
