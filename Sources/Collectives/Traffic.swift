/// What a rank has sent so far: the tests compare it with closed forms.
public struct Traffic: Hashable, Sendable {
  /// Messages sent to other ranks.
  public var messages = 0
  /// Bytes sent to other ranks.
  public var bytes = 0
  /// The most bytes received in one message, which shows that no rank ever receives a whole
  /// gradient.
  public var largestReceived = 0

  /// Nothing sent.
  public init() {}

  /// What was sent between two readings.
  public static func - (later: Traffic, earlier: Traffic) -> Traffic {
    var difference = later
    difference.messages -= earlier.messages
    difference.bytes -= earlier.bytes
    return difference
  }
}
