import CKernels

/// The kernels of the instruction set that these sources are compiled for, by which the functions
/// leave this target.
public func kernels() -> KernelSet {
  KernelSet(
    add: add,
    sum: sum,
    addBias: addBias,
    channelSums: channelSums,
    rectify: rectify,
    rectifyBackward: rectifyBackward,
    silu: silu,
    siluBackward: siluBackward,
    dropout: dropout,
    channelMoments: channelMoments,
    channelGradientSums: channelGradientSums,
    normalizeBackward: normalizeBackward,
    applyView: applyView,
    addView: addView,
    maxPool: maxPool,
    maxPoolBackward: maxPoolBackward,
    averagePool: averagePool,
    averagePoolBackward: averagePoolBackward,
    winograd: WinogradKernels(
      input: winogradInput,
      output: winogradOutput,
      // Backward-data of a stride of 1 is the same convolution of dy.
      inputGradient: winogradOutput,
      gradient: winogradGradient,
      weights: winogradWeights,
      weightGradient: winogradWeightGradient
    ),
    stridedWinograd: WinogradKernels(
      input: stridedWinogradInput,
      output: stridedWinogradOutput,
      inputGradient: stridedWinogradSpread,
      gradient: stridedWinogradGradient,
      weights: stridedWinogradWeights,
      weightGradient: stridedWinogradWeightGradient
    )
  )
}
