import CPlatform

/// Restricts the calling thread to these cores; where the system refuses, it stays where it was.
func pin(_ cores: [Int]) {
  let numbers = cores.map(Int32.init)
  _ = platform_pin(numbers, Int32(numbers.count))
}

/// The cores this thread may run on, in order.
public func affinityMask() -> [Int] {
  var cores = [Int32](repeating: 0, count: 1024)
  let count = platform_cores(&cores, 1024)
  return cores.prefix(Int(count)).map(Int.init)
}
