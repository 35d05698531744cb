import Collectives
import Runs
import Tensors
import Training

extension DoctorCommand {
  /// What hosts must have alike, or between them.
  struct HostChecks {
    /// Facts for the table, "clocks          …".
    private(set) var lines: [String] = []
    /// What is wrong.
    private(set) var warnings: [String] = []

    /// Looks at clocks, at the place of run folders where one is named, and where ranks meet; every
    /// rank calls it, and rank 0's `output` counts.
    ///
    /// Throws `Failure` (.launch) when a rank is lost.
    init(_ world: World, _ environment: [String: String], output: String?) throws {
      let (communicator, hosts) = (world.communicator, world.communicator.hosts)
      let skew = try ClockSkew.seconds(communicator)
      if Set(hosts).count > 1 {
        let most = skew.map(abs).max() ?? 0
        lines.append("clocks          within \((most * 1000).rounded() / 1000) s of \(hosts[0])")
      }
      if let warning = ClockSkew.warning(skew, hosts: hosts) { warnings.append(warning) }
      warnings += try SharedMemory.notes(world, environment)
      if let output { try look(at: output, communicator) }
    }

    private mutating func look(at output: String, _ communicator: any Communicator) throws {
      let hosts = communicator.hosts
      let folder = try communicator.allGather(Self.existing(output))[0]
      let free = FreeSpace(at: folder).map { ", \(FreeSpace.text($0.bytes)) free" } ?? ""
      do {
        let reasons = try SharedFolder.reasons(folder, communicator)
        if let rank = reasons.firstIndex(where: { $0 != nil }), let reason = reasons[rank] {
          warnings.append(
            "\(folder) is not the same for rank \(rank) on \(hosts[rank]) as for rank 0 on "
              + "\(hosts[0]) (\(reason)): a run folder must be on a file system that all hosts share."
          )
        } else {
          let count = Set(hosts).count
          let shared = count == 1 ? "can be written" : "the same on \(count) hosts"
          lines.append("run folder      \(folder): \(shared)\(free)")
        }
      } catch let error as Failure {
        if error.kind != .file { throw error }
        warnings.append("no run folder can be in \(folder): \(error.message)")
      }
    }

    /// The folder itself, or that in which it would be made.
    private static func existing(_ path: String) -> String {
      var folder = path
      while (try? FileStatus(folder)) == nil, Paths.parent(of: folder) != folder {
        folder = Paths.parent(of: folder)
      }
      return folder
    }
  }
}
