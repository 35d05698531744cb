import Datasets
import Plans
import Testing

/// What a plan says of data, as values.
struct DataPlanTests {
  private func names(_ augment: AugmentationList, cutout: Int) -> [String] {
    var plan = TrainingPlan()
    (plan.augment, plan.cutout) = (augment, cutout)
    return plan.augmentations.map { "\(type(of: $0))" }
  }

  /// A square is cut out of what the crop shows.
  @Test func augmentationsHaveAnOrder() {
    #expect(names(.none, cutout: 0).isEmpty)
    #expect(names(.none, cutout: 3) == ["Cutout"])
    #expect(names(.cropFlip, cutout: 0) == ["CropFlip"])
    #expect(names(.cropFlip, cutout: 3) == ["CropFlip", "Cutout"])
  }

  @Test func aRequestHasAllThatDecidesTheImages() {
    var plan = TrainingPlan()
    (plan.data, plan.trainFraction, plan.valFraction) = ("here", 0.5, 0.25)
    let request = plan.dataRequest
    #expect(request.path == "here")
    #expect(request.trainFraction == 0.5 && request.valFraction == 0.25)
  }
}
