import Foundation
import Tensors

/// What the operating system says of this machine.
enum Machine {
  /// Cores as "0-3,8".
  static func ranges(_ cores: [Int]) -> String {
    var parts: [ClosedRange<Int>] = []
    for core in cores {
      if let last = parts.last, last.upperBound + 1 == core {
        parts[parts.count - 1] = last.lowerBound...core
      } else {
        parts.append(core...core)
      }
    }
    return parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  /// Hardware threads of this host, whether or not this process may use them.
  static var onlineCores: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

  /// Hardware threads of a core.
  static var threadsPerCore: Int {
    let path = "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list"
    guard let bytes = try? FileBytes.read(path) else { return 1 }
    let text = String(decoding: bytes, as: UTF8.self)
    // "0,64" or "0-1".
    return text.split(whereSeparator: { $0 == "," || $0 == "\n" }).reduce(0) { count, part in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      return count + (ends.count == 2 ? ends[1] - ends[0] + 1 : 1)
    }
  }

  /// Cores that a job may use here, each counted once whatever its hardware threads.
  ///
  /// `mask` is that of a process that no launcher has bound, nil where one may have; `quota` the
  /// cores that its control group can keep busy, nil without.
  static func wholeCores(
    mask: [Int]?,
    _ environment: [String: String],
    quota: Int? = nil
  ) -> Int {
    let allocated = environment["SLURM_CPUS_ON_NODE"].flatMap { Int($0) }
    let all = allocated ?? mask?.count ?? onlineCores
    let whole = max(1, all / max(1, threadsPerCore))
    return min(whole, quota ?? whole)
  }

  /// What is free where ranks of a node meet.
  static func sharedMemory() -> String {
    var info = statvfs()
    guard statvfs("/dev/shm", &info) == 0 else { return "/dev/shm is missing" }
    let unit = Double(info.f_frsize) / 1_048_576
    let (free, all) = (Double(info.f_bavail) * unit, Double(info.f_blocks) * unit)
    return "/dev/shm \(Int(free)) MiB free of \(Int(all)) MiB"
  }
}
