/// The version of the arithmetic: it rises by one with every change of ours that moves a bit of a
/// trained model.
///
/// A plan.yaml, a run's record and a model's metadata carry it: equal plans, seeds and data promise
/// equal bits only where it is equal too. What a field means that an older plan.yaml lacks is its
/// default at that file's version.
///
/// 2: clipping in the dialects keras, tfa and optax, by their formula, and of coupled decay too in the
/// first two.
public let numericsVersion = 2
