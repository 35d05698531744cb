import Optimizers
import Plans
import Testing

/// The line of code or command that makes a rule elsewhere.
struct OptimizerCallTests {
  private func call(
    _ rule: String,
    _ dialect: Dialect,
    _ change: (inout TrainingPlan) -> Void = { _ in }
  ) throws -> OptimizerCall {
    var plan = TrainingPlan()
    (plan.rule, plan.dialect, plan.schedule) = (rule, dialect, .fixed)
    if dialect == .tfa && rule.hasSuffix("w") { plan.weightDecay = 1e-4 }
    change(&plan)
    return try OptimizerCall(plan.resolved)
  }

  /// What the system takes as usual is left out.
  @Test(arguments: [
    ("adamw", Dialect.pytorch, "torch.optim.AdamW(lr=0.001, weight_decay=0.01)"),
    ("sgd", .pytorch, "torch.optim.SGD(lr=0.05, momentum=0.9)"),
    ("adagrad", .pytorch, "torch.optim.Adagrad(lr=0.01)"),
    ("rmsprop", .pytorch, "torch.optim.RMSprop(lr=0.001)"),
    ("adadelta", .pytorch, "torch.optim.Adadelta(lr=1.0)"),
    ("adamw", .keras, "keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.004)"),
    ("sgdw", .keras, "keras.optimizers.SGD(learning_rate=0.05, weight_decay=0.004, momentum=0.9)"),
    ("adagrad", .keras, "keras.optimizers.Adagrad(learning_rate=0.01)"),
    ("rmsprop", .keras, "keras.optimizers.RMSprop(learning_rate=0.001)"),
    ("adadelta", .keras, "keras.optimizers.Adadelta(learning_rate=1.0)"),
    ("adamw", .tfa, "tfa.optimizers.AdamW(learning_rate=0.001, weight_decay=0.0001)"),
    ("adamw", .optax, "optax.adamw(learning_rate=0.001, weight_decay=0.0001)"),
    ("adam", .optax, "optax.adam(learning_rate=0.001)"),
    (
      "sgdw", .optax,
      "optax.chain(optax.trace(decay=0.9), optax.add_decayed_weights(0.0001), "
        + "optax.scale_by_learning_rate(0.05))"
    ),
    ("rmsprop", .optax, "optax.rmsprop(learning_rate=0.001)"),
    (
      "adamw", .authors,
      "th main.lua -algorithmType ADAMW -LR 0.001 -weightDecay 0.025 -batchSize 128 -nEpochs 10 "
        + "-lrShape cosine -Te 10 -Tmult 1 -LRdec false"
    ),
  ])
  func usualConstantsAreLeftOut(rule: String, dialect: Dialect, text: String) throws {
    let call = try call(rule, dialect)
    #expect(call.text == text && call.notes == [])
  }

  @Test func constantsAreNamedAsThere() throws {
    func change(_ plan: inout TrainingPlan) {
      (plan.betas, plan.epsilon, plan.amsgrad, plan.maximize) = (Betas(0.8, 0.99), 1e-5, true, true)
    }
    #expect(
      try call("adam", .pytorch, change).text
        == "torch.optim.Adam(lr=0.001, betas=(0.8, 0.99), eps=1e-5, amsgrad=True, maximize=True)"
    )
    #expect(
      try call("adam", .keras, change).text
        == "keras.optimizers.Adam(learning_rate=0.001, beta_1=0.8, beta_2=0.99, epsilon=1e-5, "
        + "amsgrad=True)"
    )
    #expect(try call("adam", .keras, change).notes == ["Climbing the loss: negate it."])
    #expect(
      try call("adamw", .optax, change).text
        == "optax.chain(optax.scale_by_amsgrad(b1=0.8, b2=0.99, eps=1e-5), "
        + "optax.add_decayed_weights(0.0001), optax.scale_by_learning_rate(0.001))"
    )
    let rho = try call("rmsprop", .pytorch) {
      $0.rho = 0.9; $0.centered = true
    }
    #expect(rho.text == "torch.optim.RMSprop(lr=0.001, alpha=0.9, centered=True)")
    let optax = try call("rmsprop", .optax) {
      $0.rho = 0.95; $0.momentum = 0.5
    }
    #expect(optax.text == "optax.rmsprop(learning_rate=0.001, momentum=0.5, decay=0.95)")
    let damped = try call("sgd", .pytorch) { $0.dampening = 0.5 }
    #expect(damped.text == "torch.optim.SGD(lr=0.05, momentum=0.9, dampening=0.5)")
  }

  /// Coupled decay is a parameter in PyTorch, part of the layers in Keras, a transformation before
  /// all others in optax.
  @Test func coupledDecay() throws {
    func l2(_ plan: inout TrainingPlan) { plan.l2 = 2e-3 }
    #expect(
      try call("sgd", .pytorch, l2).text
        == "torch.optim.SGD(lr=0.05, weight_decay=0.002, momentum=0.9)"
    )
    #expect(
      try call("adamw", .pytorch, l2).notes
        == ["Coupled decay beside decoupled: add 0.001 times Σθ² to the loss."]
    )
    let keras = try call("sgd", .keras, l2)
    #expect(keras.text == "keras.optimizers.SGD(learning_rate=0.05, momentum=0.9)")
    #expect(keras.notes.first?.hasSuffix("keras.regularizers.L2(0.001).") == true)
    #expect(
      try call("sgd", .optax, l2).text
        == "optax.chain(optax.add_decayed_weights(0.002), optax.sgd(learning_rate=0.05, "
        + "momentum=0.9))"
    )
    let authors = try call("adam", .authors, l2).text
    #expect(authors?.contains("-algorithmType ADAM -LR 0.001 -weightDecay 0.002 ") == true)
    // Both kinds of decay cannot be said there.
    #expect(try call("adamw", .authors, l2).text == nil)
  }

  @Test func whatIsNotInTheCallIsSaid() throws {
    let sgdw = try call("sgdw", .pytorch)
    #expect(sgdw.text == "torch.optim.SGD(lr=0.05, momentum=0.9)")
    #expect(sgdw.notes == ["torch.optim has no SGDW: take lr times 0.01 off θ before every step."])
    let more = try call("adamw", .pytorch) {
      ($0.noDecay, $0.clipNorm, $0.schedule) = ([.norm], 1, .cosine)
    }
    #expect(
      more.notes == [
        "Not in it: --no-decay, --clip-grad.",
        "Its learning rate is α: multiply it by η step by step.",
      ]
    )
    #expect(try call("adamw", .paper).text == nil)
  }
}
