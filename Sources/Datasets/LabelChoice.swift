/// Which label an image of CIFAR-100 is trained on; the raw values are what users write.
public enum LabelChoice: String, CaseIterable, Sendable {
  /// One of 100 classes.
  case fine
  /// One of 20 superclasses.
  case coarse
}
