#if arch(x86_64)
  import Foundation
  import TestSupport
  import Testing

  /// What runs before the machine is asked for its level, and whatever it answers, must run on any
  /// x86-64.
  struct InstructionSetTests {
    private static let objdump = findProgram("objdump")
    private static let above = ["KernelsAVX2", "KernelsAVX512"]
    /// Everything else of the package.
    private static let anywhere = BuiltObjects.modules.filter { !above.contains($0) }

    /// An instruction of AVX or later: a mnemonic of VEX code, or a register that came with it.
    private static let avx =
      #"\tv[a-z]|\tk[a-z]+[bwdq] |%[yz]mm|%k[0-7]|\t(andn|bextr|bls(i|r|msk)|bzhi|mulx|pdep|pext|rorx|sa[rl]x|sh[lr]x)[lq]? "#
    private static let avx512 = #"%zmm|%k[0-7]|%[xy]mm(1[6-9]|2[0-9]|3[01])"#

    /// The first instructions of a module that match; grep, because Swift in a debug build is slow
    /// with so much text.
    private func instructions(_ module: String, _ pattern: String) throws -> [Substring] {
      let script = #"d=$1 p=$2; shift 2; "$d" -d --no-show-raw-insn "$@" | grep -P -m 3 "$p" || :"#
      let objdump = try #require(Self.objdump)
      let arguments = ["-c", script, "sh", objdump, pattern] + BuiltObjects.of(module)
      return try BuiltObjects.lines(of: "/bin/sh", arguments)
    }

    @Test(
      .enabled("objdump is not in the PATH") { objdump != nil },
      .enabled("object files are not beside the test binary") { !anywhere.isEmpty },
      arguments: anywhere
    )
    func othersRunOnAnyMachine(module: String) throws {
      let found = try instructions(module, Self.avx)
      #expect(found.isEmpty, "\(module) has AVX code")
    }

    /// And the test above would see it.
    @Test(
      .enabled("objdump is not in the PATH") { objdump != nil },
      .enabled("object files are not beside the test binary") { !anywhere.isEmpty }
    )
    func kernelsUseWhatTheyAreBuiltFor() throws {
      for module in Self.above {
        #expect(try !instructions(module, Self.avx).isEmpty, "\(module) has no AVX code")
      }
      #expect(try instructions("KernelsAVX2", Self.avx512).isEmpty)
      #expect(try !instructions("KernelsAVX512", Self.avx512).isEmpty)
      let some: Set = ["KernelsBaseline", "Kernels", "Networks", "Tensors"]
      #expect(some.isSubset(of: Self.anywhere))
    }
  }
#endif
