import Foundation

/// The folder `shared` beside the package, where development data may lie; nil where there is none.
///
/// Tests that need it are skipped without it: the data is never part of the project.
public func sharedFolder() -> URL? {
  // This file lies in Tests/TestSupport under the root of the package.
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let shared = root.deletingLastPathComponent().appending(path: "shared")
  return FileManager.default.fileExists(atPath: shared.path) ? shared : nil
}

/// The small CIFAR-10 files and what is known of them: `data/tiny` in `sharedFolder`, or nil.
public func tinyData() -> URL? {
  guard let tiny = sharedFolder()?.appending(path: "data/tiny") else { return nil }
  let known = tiny.appending(path: "expected.json").path
  return FileManager.default.fileExists(atPath: known) ? tiny : nil
}
