extension TrainingPlan {
  /// Sets fields from texts over what is there; throws a usage failure that names the flag.
  ///
  /// Of two flags that exclude each other the new one takes the old one's place; a new schedule or
  /// network does away with the flags of the old one. So a plan in layers (a preset, a file, flags)
  /// means what its top layer says.
  public mutating func overlay(_ settings: [(flag: String, text: String)]) throws {
    let named = Set(settings.map(\.flag))
    let excluded = Set(PlanField.all.filter { named.contains($0.flag) }.compactMap(\.excludes))
    let leaders = Set(PlanField.all.compactMap(\.follows))
    let before = self
    for (flag, text) in settings where leaders.contains(flag) {
      try PlanField.named(flag)?.assign(text, to: &self)
    }
    let moved = leaders.filter {
      let leader = PlanField.named($0)
      return leader?.get(self) != leader?.get(before)
    }
    for field in PlanField.all
    where excluded.contains(field.flag) || field.follows.map(moved.contains) == true {
      field.reset(&self)
    }
    for (flag, text) in settings { try PlanField.named(flag)?.assign(text, to: &self) }
  }
}
