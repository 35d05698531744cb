import Pictures
import Testing

struct PictureRequestTests {
  @Test func filtersAreCalledAsUsersWriteThem() {
    #expect(PictureRequest.Filter.allCases.map(\.rawValue) == ["antialias", "box", "nearest"])
  }
}
