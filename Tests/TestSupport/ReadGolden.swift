import Foundation

/// Decodes a file of Tests/Goldens; keys in snake case become camel case.
public func readGolden<T: Decodable>(_ name: String) throws -> T {
  // This file lies in Tests/TestSupport.
  let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  let data = try Data(contentsOf: tests.appending(path: "Goldens/\(name)"))
  return try decoder.decode(T.self, from: data)
}
