import Datasets
import Testing

/// What `--augment` may say, and what it means.
struct AugmentationListTests {
  private func types(_ text: String) throws -> [String] {
    try AugmentationList(text).augmentations.map { "\(type(of: $0))" }
  }

  @Test func presetsAreLists() throws {
    #expect(try AugmentationList("none") == .none)
    #expect(try AugmentationList("crop-flip") == .cropFlip)
    #expect(try AugmentationList("Keras") == AugmentationList("shift:0.1,flip"))
    #expect(try types("flowers") == ["ResizedCrop", "Flip", "ColorJitter"])
    for preset in AugmentationList.presets {
      let list = try AugmentationList(preset.key)
      #expect(list.description == (preset.key == "none" ? "none" : preset.value))
    }
  }

  /// Each is read from what it says of itself, without usual numbers at its end.
  @Test(arguments: [
    ("crop-flip", "crop-flip"), ("pad-crop:4,flip", "pad-crop:4,flip"),
    ("reflect-crop:4", "reflect-crop:4"), ("SHIFT:0.10", "shift:0.1"),
    ("resized-crop", "resized-crop"), ("resized-crop:0.08:1.0", "resized-crop"),
    ("resized-crop:0.5:1:0.5", "resized-crop:0.5:1:0.5"),
    ("color-jitter:0.2:0.2:0.2", "color-jitter:0.2:0.2:0.2"),
    ("color-jitter:0:1e-1", "color-jitter:0:0.1"), ("color-jitter:0.2:0", "color-jitter:0.2"),
    ("cutout:16,erasing", "cutout:16,erasing"), ("erasing:0.25", "erasing:0.25"),
    ("mixup", "mixup"), ("mixup:0.2,cutmix:1", "mixup:0.2,cutmix"),
    (
      "pad-crop:4,flip,color-jitter:0.2:0.2:0.2,cutout:16,mixup:0.2",
      "pad-crop:4,flip,color-jitter:0.2:0.2:0.2,cutout:16,mixup:0.2"
    ),
  ])
  func aListIsReadFromItsText(text: String, written: String) throws {
    let list = try AugmentationList(text)
    #expect(list.description == written)
    #expect(try AugmentationList(list.description) == list)
  }

  @Test(arguments: [
    ("", "none, crop-flip, keras, flowers, or a list of crop-flip, pad-crop:N, "),
    ("flop", "none, crop-flip, keras, flowers, or a list of "), ("flip,", "or a list of "),
    ("flip,none", "or a list of "), ("pad-crop", "pad-crop:N, N 1 to 1000000000"),
    ("pad-crop:0", "pad-crop:N"), ("pad-crop:1.5", "pad-crop:N"), ("pad-crop:4:4", "pad-crop:N"),
    ("pad-crop:nan", "pad-crop:N"), ("flip:1", "flip"),
    ("shift:1", "shift:PART, PART 0.001 to 0.999"),
    ("resized-crop:0.9:0.5", "resized-crop[:LEAST[:MOST[:FROM[:TO]]]]"),
    ("erasing:0", "erasing[:PROBABILITY"), ("color-jitter:-1", "color-jitter:BRIGHTNESS[:CONTRAST"),
    ("mixup:0", "mixup[:ALPHA], ALPHA 0.001 to 1000"), ("cutmix:inf", "cutmix[:ALPHA]"),
    ("flip,flip", "flip once"), ("crop-flip,flip", "crop-flip without pad-crop and flip"),
    (
      "color-jitter:0.2,flip",
      "flip, which works on places of pixels, before color-jitter, which works on bytes"
    ),
    (
      "flip,cutout:4,color-jitter:0.2",
      "color-jitter, which works on bytes, before cutout, which works on normalised values"
    ),
    (
      "mixup:1,erasing",
      "erasing, which works on normalised values, before mixup, which works on pairs of samples"
    ),
  ])
  func whatIsNoListIsAnswered(text: String, expected: String) {
    let wrong = #expect(throws: AugmentationList.Misspelling.self) { try AugmentationList(text) }
    #expect(wrong?.expected.contains(expected) == true, "\(wrong?.expected ?? "")")
  }

  /// Behind what works on one sample, whose order it leaves.
  @Test func aCutoutIsAppended() throws {
    let list = try AugmentationList("flip,erasing,mixup")
    #expect(list.addingCutout(8).description == "flip,erasing,cutout:8,mixup")
    #expect(list.addingCutout(0) == list)
    #expect(AugmentationList.none.addingCutout(Int.max).has(.cutout))
    let own = try AugmentationList("cutout:3")
    #expect(own.addingCutout(8) == own)
  }

  @Test func mixingIsOfTheBatch() throws {
    let list = try AugmentationList("flip,mixup:0.2,cutmix")
    #expect(list.augmentations.count == 1)
    #expect(list.mixing == BatchMixing(mixup: 0.2, cutmix: 1))
    #expect(AugmentationList.cropFlip.mixing == nil)
  }
}
