#pragma once
// What crosses into the kernels: a few structs of sizes and pointers, and the table of one
// instruction set's functions. They are C so that the targets compiled for newer CPUs need neither
// structs nor generics of Swift, whose shared symbols might be those compiled for a CPU that is not
// there.
//
// Images lie as [height][width][channels]. Sizes count pixels or channels; strides, pitches and
// steps of memory count floats.
#include <stdbool.h>
#include <stdint.h>
#pragma clang assume_nonnull begin

/// How stored values are read by whoever needs them normalised or rectified: nothing normalised is
/// stored.
typedef struct {
  /// 0: x; 1: max(x, 0); 2: x·scale + shift; 3: max(x·scale + shift, 0). `ChannelView.Kind` names
  /// them.
  long kind;
  /// By channel; read by kinds 2 and 3 alone.
  const float *scale;
  const float *shift;
} ChannelView;

/// factor · view(x), x being as large as what it is added to.
typedef struct {
  const float *x;
  float factor;
  ChannelView view;
} ScaledView;

/// The gradient g that arrives at a normalisation, element by element: factor · dy, where the layer
/// ends in a rectifier only where x·scale + shift > 0.
///
/// NaN passes, as in the rectifier's own backward.
typedef struct {
  const float *dy;
  /// What the layer read.
  const float *x;
  float factor;
  /// Whether the layer ends in a rectifier; else scale and shift are not read.
  bool isRectified;
  /// By channel.
  const float *scale;
  const float *shift;
  /// About what products with x are taken, by channel.
  const float *center;
} ArrivingGradient;

/// A normalisation's dx = a·g + (b·(x − center) + d), by channel.
typedef struct {
  const float *a;
  const float *b;
  const float *d;
} NormalizationCoefficients;

/// Which values a dropout keeps, and what it does to them.
///
/// Element i is kept when its 16 random bits are below `kept`: half word (i / 16) mod 8, low halves
/// first, of the Philox block with the counter (16 · ⌊i / 128⌋ + i mod 16, y, z, w). So neighbours
/// are the same half words of neighbouring blocks, which needs no shuffling.
typedef struct {
  /// Of 65,536.
  uint32_t kept;
  float scale;
  uint64_t key;
  uint32_t y, z, w;
} DropoutMask;

/// The windows of a pooling over one image; padding counts as zeros in an average and never wins a
/// maximum.
typedef struct {
  long height, width, channels;
  /// Height and width of a window, the step from one to the next, and pixels of the first beyond
  /// the image.
  long window, stride, padding;
  long outHeight, outWidth;
} PoolWindows;

/// Rows of tiles of one image, and where the values of those tiles lie in matrices [tile][channel].
typedef struct {
  long height, width, channels;
  /// The rows of tiles `first` ..< `end`, of `columns` tiles each.
  long first, end, columns;
  /// Tile (i, j) begins at pixel (step·i − before, step·j − before).
  long step, before;
  /// The place in the matrices of the first of these tiles.
  long number;
  /// Floats from one of a tile's values to the next: from one matrix to the next where each matrix
  /// has one row a tile.
  long stride;
} ImageTiles;

/// The 3×3 kernels of `rows` × `columns` pairs of channels, and where they and what they are
/// transformed to lie.
///
/// Position (r, s) of pair (i, j) is read at r·rowStep + s·columnStep + i·outer + j·inner, where
/// inner or outer is 1, so that the rotated and transposed kernel of backward-data can be read;
/// transformed weight f is written at f·stride + i·pitch + j.
typedef struct {
  long rows, columns;
  long rowStep, columnStep, outer, inner;
  long stride, pitch;
} WeightBlock;

/// The transforms of a Winograd convolution of 3×3 kernels.
typedef struct {
  /// A tile's values from the image as `view` shows it, zeros outside.
  void (*input)(ImageTiles tiles, const float *x, ChannelView view, float *out, float *scratch);
  /// y from the products of tiles of 4×4 pixels, written or added.
  void (*output)(
      ImageTiles tiles, const float *products, float *y, bool accumulate, float *scratch);
  /// dx from the products of dy's tiles, written or added.
  void (*inputGradient)(
      ImageTiles tiles, const float *products, float *dx, bool accumulate, float *scratch);
  /// What the gradient of the weights needs of dy, by tiles of 4×4 pixels: the transpose of
  /// `output`.
  void (*gradient)(ImageTiles tiles, const float *dy, float *out, float *scratch);
  /// 36 transformed weights u of each pair of channels from its nine.
  void (*weights)(WeightBlock block, const float *w, float *u, float *scratch);
  /// The transpose of `weights`, for n pairs: transformed weight f of pair e is u[f·stride + e],
  /// position p = 3·r + s becomes dw[p·pitch + e].
  void (*weightGradient)(
      long n, const float *u, long stride, float *dw, long pitch, float *scratch);
} WinogradKernels;

/// The kernels of one instruction set; all give the same bits.
///
/// Chosen once and handed down; a call covers a whole image or range. A new kernel is a function in
/// KernelsBaseline, a row here and one in `kernels()`.
typedef struct {
  /// into += from.
  void (*add)(long n, float *into, const float *from);
  /// out = a + b; out may be a or b.
  void (*sum)(long n, float *out, const float *a, const float *b);
  /// out[p, c] += bias[c].
  void (*addBias)(long pixels, long channels, float *out, const float *bias);
  /// sums[c] = Σ over pixels of x[p, c].
  void (*channelSums)(long pixels, long channels, const float *x, float *sums);
  /// out = max(x, 0).
  void (*rectify)(long n, float *out, const float *x);
  /// dx (+)= dy where y > 0, else 0; dx may be dy.
  void (*rectifyBackward)(long n, float *dx, const float *dy, const float *y, bool accumulate);
  /// out = x·σ(x).
  void (*silu)(long n, float *out, const float *x);
  /// dx (+)= dy · silu'(x).
  void (*siluBackward)(long n, float *dx, const float *dy, const float *x, bool accumulate);
  /// out (+)= x · scale where a value is kept, 0 elsewhere; out may be x.
  void (*dropout)(long n, float *out, const float *x, DropoutMask mask, bool accumulate);
  /// Mean and M2 = Σ (x − mean)² by channel over one image.
  void (*channelMoments)(long pixels, long channels, const float *x, double *mean, double *m2);
  /// Σ g and Σ g·(x − center) by channel over one image.
  void (*channelGradientSums)(
      long pixels, long channels, ArrivingGradient g, double *plain, double *weighted);
  /// dx (+)= a·g + (b·(x − center) + d); dx may be dy.
  void (*normalizeBackward)(
      long pixels, long channels, float *dx, ArrivingGradient g, NormalizationCoefficients k,
      bool accumulate);
  /// out = view(x).
  void (*applyView)(long pixels, long channels, float *out, const float *x, ChannelView view);
  /// out = a + b, or max(a + b, 0); out may be a.
  void (*addView)(
      long pixels, long channels, float *out, const float *a, ScaledView b, bool rectify);
  /// The largest value of each window.
  void (*maxPool)(PoolWindows windows, float *out, const float *x);
  /// Adds dy to dx where x is the first of its window to equal out.
  void (*maxPoolBackward)(
      PoolWindows windows, float *dx, const float *dy, const float *x, const float *out);
  /// The mean of each window.
  void (*averagePool)(PoolWindows windows, float *out, const float *x);
  /// Adds to dx.
  void (*averagePoolBackward)(PoolWindows windows, float *dx, const float *dy);
  /// For a stride of 1: F(4×4, 3×3), of which a tile has 36 values.
  WinogradKernels winograd;
  /// For a stride of 2: F(4, 2) of the odd pixels, of which a tile has 81 values.
  WinogradKernels stridedWinograd;
} KernelSet;

#pragma clang assume_nonnull end
