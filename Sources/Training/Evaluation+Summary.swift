import Datasets

extension Evaluation {
  /// What an evaluation came to: the JSON object that `eval` prints.
  public struct Summary: Encodable, Sendable {
    /// The network.
    public let model: String
    /// Its trained values.
    public let parameters: Int
    /// The data's name.
    public let data: String
    /// The images that it was on.
    public let split: EvaluationSplit
    /// Their number.
    public let images: Int
    /// How several models became one answer; null for one.
    public let ensemble: Ensemble?
    /// Models.
    public let members: Int
    /// What was looked at of each image.
    public let views: TestViews
    /// Mean cross-entropy.
    public let loss: Double
    /// Right answers as a fraction.
    public let accuracy: Double
    /// Images whose label is among the five largest logits, as a fraction; null with five classes
    /// or fewer.
    public let accuracy5: Double?
    /// What is to be said of it; not in the object.
    public let warnings: [String]

    /// Every key is there: what is unknown, not finite or of the other split is null.
    public func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: CodingKeys.self)
      try object.encode(model, forKey: .model)
      try object.encode(parameters, forKey: .parameters)
      try object.encode(data, forKey: .data)
      try object.encode(split, forKey: .split)
      try object.encode(images, forKey: .images)
      try object.encode(ensemble?.rawValue, forKey: .ensemble)
      try object.encode(members, forKey: .members)
      try object.encode(views.rawValue, forKey: .tta)
      let finite = loss.isFinite ? loss : nil
      try object.encode(split == .val ? finite : nil, forKey: .valLoss)
      try object.encode(split == .val ? accuracy : nil, forKey: .valAccuracy)
      try object.encode(split == .val ? accuracy5 : nil, forKey: .valAccuracy5)
      try object.encode(split == .test ? finite : nil, forKey: .testLoss)
      try object.encode(split == .test ? accuracy : nil, forKey: .testAccuracy)
      try object.encode(split == .test ? accuracy5 : nil, forKey: .testAccuracy5)
    }

    private enum CodingKeys: String, CodingKey {
      case model, parameters, data, split, images, ensemble, members, tta
      case valLoss, valAccuracy, valAccuracy5, testLoss, testAccuracy, testAccuracy5
    }
  }
}
