extension Failure {
  /// The failure for a word that is none of `words`; `setting` is how it was given, `kind` what it
  /// was to be.
  public static func unknown(
    _ setting: String,
    _ kind: String,
    _ word: String,
    among words: [String]
  ) -> Failure {
    let (meant, all) = (words.suggestion(for: word), words.joined(separator: ", "))
    return Failure(.usage, "\(setting): there is no such \(kind)\(meant); there are \(all).")
  }
}
