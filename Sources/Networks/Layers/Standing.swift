/// How many classes come before the label's by falling score, equal scores in class order; all of
/// them where a score is NaN.
///
/// So the answer is right where none does, and among the first five where fewer than five do.
package func standing<Score: BinaryFloatingPoint>(
  of label: Int,
  in scores: UnsafePointer<Score>,
  classes: Int
) -> Int {
  precondition(label >= 0 && label < classes, "label \(label) of \(classes) classes")
  let own = scores[label]
  var before = 0
  for k in 0..<classes {
    if scores[k].isNaN { return classes }
    if scores[k] > own || (scores[k] == own && k < label) { before += 1 }
  }
  return before
}
