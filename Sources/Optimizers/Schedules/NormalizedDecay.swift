/// λ = λ_norm·√(b/(B·T)), the normalised weight decay of the paper (appendix B.1).
///
/// b samples an update, B training samples, T epochs.
public func decay(normalized: Double, batch: Int, samples: Int, epochs: Int) -> Double {
  normalized * (Double(batch) / (Double(samples) * Double(epochs))).squareRoot()
}
