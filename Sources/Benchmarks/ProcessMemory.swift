import Tensors

/// What the system counts as this process's memory: pages that were touched and are there.
public enum ProcessMemory {
  /// Bytes now; 0 where the system does not say.
  public static var resident: Int { ProcessStatus.bytes("VmRSS") }

  /// The most bytes so far; 0 where the system does not say.
  public static var peak: Int { ProcessStatus.bytes("VmHWM") }
}
