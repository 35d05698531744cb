extension Evaluation {
  /// What an evaluation came to: the JSON object that `eval` prints.
  public struct Summary: Encodable, Sendable {
    /// The network.
    public let model: String
    /// Its trained values.
    public let parameters: Int
    /// The data's name.
    public let data: String
    /// Images.
    public let images: Int
    /// How several models became one answer; null for one.
    public let ensemble: Ensemble?
    /// Models.
    public let members: Int
    /// Mean cross-entropy.
    public let testLoss: Double
    /// Right answers as a fraction.
    public let testAccuracy: Double
    /// Images whose label is among the five largest logits, as a fraction; null with five classes
    /// or fewer.
    public let testAccuracy5: Double?

    /// Every key is there: what is unknown or not finite is null.
    public func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: CodingKeys.self)
      try object.encode(model, forKey: .model)
      try object.encode(parameters, forKey: .parameters)
      try object.encode(data, forKey: .data)
      try object.encode(images, forKey: .images)
      try object.encode(ensemble?.rawValue, forKey: .ensemble)
      try object.encode(members, forKey: .members)
      try object.encode(testLoss.isFinite ? testLoss : nil, forKey: .testLoss)
      try object.encode(testAccuracy, forKey: .testAccuracy)
      try object.encode(testAccuracy5, forKey: .testAccuracy5)
    }

    private enum CodingKeys: String, CodingKey {
      case model, parameters, data, images, ensemble, members, testLoss, testAccuracy, testAccuracy5
    }
  }
}
