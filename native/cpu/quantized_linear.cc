// quantized_linear: y[r] = f(W x[r] + b) times[r] + plus[r], W in blocks of 32 integers with a scale: q8_0
// (i8) or q4_0 (four bits), in panels of 32 outputs. x: [rows, in], quants: [panels, bytes of a row / 4, 32 *
// 4], scales: f16 [panels, in / 32, 32]. x is rounded to i8 in blocks of 32 first. The dot product of two
// blocks is exact; scaled, they are one chain of fma over the blocks, so that bits depend on a row of x and
// of W alone. 2 rows in out operations on 1.06 or 0.56 bytes a weight: up to some 8 rows bound by reading the
// weight, which is one stream, then by the products of bytes, of which a block has 8 vectors to 3 of scaling.
#include "native/cpu/dots.h"
#include "native/cpu/epilogue.h"
#include "native/cpu/kernel.h"
#include "native/cpu/pack.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
constexpr int64_t kBlock = 32;
constexpr int64_t kFours = kBlock / 4;  // words of a block
constexpr int64_t kAhead = 4096;        // bytes of W that are on their way where few rows wait for them

// Tiles whose integers and sums fit the registers; a single row meets more of a panel. Up to kTall rows meet
// one that comes from memory at once: a panel that is met twice leaves memory idle the second time.
#if VMM_ISA_AVX512
constexpr int kRows = 6, kTall = 8, kVectors = 2, kAlone = 2;
#elif VMM_ISA_NEON
constexpr int kRows = 4, kTall = 4, kVectors = 2, kAlone = 8;
#else
constexpr int kRows = 2, kTall = 2, kVectors = 2, kAlone = 4;
#endif
constexpr int64_t kFew = 8;     // rows that are few
constexpr int64_t kGroup = 96;  // rows that meet a panel before the next one

// Rows of x as integers. The sum of each block gives what bytes of W are off by where their products are:
// those of nibbles stand for -8 … 7, and one instruction wants 0 … 255 for -128 … 127.
struct QuantizedRows {
  int8_t* values;
  float* scales;
  int32_t* starts;
  int64_t blocks;
};

#if VMM_HAS_U8I8_DOT
constexpr int32_t kByteOff = 128;
#else
constexpr int32_t kByteOff = 0;
#endif

template <bool kNibbles>
void quantize(const float* x, int64_t row, const QuantizedRows& to) {
  int8_t* values = to.values + row * to.blocks * kBlock;
  float* scales = to.scales + row * to.blocks;
  int32_t* starts = to.starts + row * to.blocks;
  for (int64_t block = 0; block < to.blocks; ++block, x += kBlock, values += kBlock) {
    vf highest{};
    for (int64_t i = 0; i < kBlock; i += W) highest = vmax(highest, vabs(load(x + i)));
    const float largest = hmax(highest), inverse = largest > 0 ? 127 / largest : 0;
    scales[block] = largest / 127;
    // Adding 1.5 * 2^23 rounds to an integer, ties to even, and leaves it in the low bits.
    const vf magic = splat(12582912.0f);
    vf sum{};
    for (int64_t i = 0; i < kBlock; i += W) {
      const vf v = load(x + i) * splat(inverse);
      const vf whole = choose(v == v, v, vf{}) + magic;
      storeAs(values + i, lowBytes(bitCast<vi>(whole)));
      sum = sum + (whole - magic);
    }
    starts[block] = -(kNibbles ? 8 : kByteOff) * static_cast<int32_t>(hsum(sum));
  }
}

template <bool kNibbles>
VMM_INLINE vi dotWeight(vi sum, vu8 weight, vi8 x) {
  if constexpr (kNibbles) return dotU7I8(sum, weight, x);
#if VMM_HAS_U8I8_DOT
  return dotU8I8(sum, weight ^ 128, x);
#else
  return dotI8(sum, bitCast<vi8>(weight), x);
#endif
}

VMM_INLINE vi8 splatWord(const int8_t* at) { return bitCast<vi8>(splati(loadAs<int32_t>(at))); }

// R rows of x from `row` on by V vectors of outputs of a panel, from lane W v on.
template <bool kNibbles, int R, int V, bool kFetch>
VMM_INLINE void tile(const uint8_t* quants, const uint16_t* scales, const QuantizedRows& x, int64_t row,
                     vf (&sum)[R][V]) {
  constexpr int64_t kStep = 4 * kPanel, kBytes = (kNibbles ? kFours / 2 : kFours) * kStep;
  const int8_t* values = x.values + row * x.blocks * kBlock;
  const float* own = x.scales + row * x.blocks;
  const int32_t* starts = x.starts + row * x.blocks;
  for (int64_t block = 0; block < x.blocks; ++block, quants += kBytes, scales += kPanel, values += kBlock) {
    if constexpr (kFetch) {
      for (int64_t at = 0; at < kBytes * V * W / kPanel; at += 64) __builtin_prefetch(quants + kAhead + at);
      __builtin_prefetch(scales + kAhead * kPanel / kBytes);
    }
    vi dot[R][V];
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < V; ++v) dot[r][v] = splati(starts[r * x.blocks + block]);
#pragma GCC unroll 8
    for (int64_t s = 0; s < kBytes / kStep; ++s) {
      vu8 weight[V];
      for (int v = 0; v < V; ++v) weight[v] = loadAs<vu8>(quants + s * kStep + v * 4 * W);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        const int8_t* at = values + r * x.blocks * kBlock + s * 4;
        const vi8 low = splatWord(at);
        if constexpr (kNibbles) {
          const vi8 high = splatWord(at + kBlock / 2);
          for (int v = 0; v < V; ++v) {
            dot[r][v] = dotWeight<true>(dot[r][v], weight[v] & 15, low);
            dot[r][v] = dotWeight<true>(dot[r][v], weight[v] >> 4, high);
          }
        } else {
          for (int v = 0; v < V; ++v) dot[r][v] = dotWeight<false>(dot[r][v], weight[v], low);
        }
      }
    }
    for (int v = 0; v < V; ++v) {
      const vf scale = fromF16(loadAs<vh>(scales + v * W));
      for (int r = 0; r < R; ++r)
        sum[r][v] =
            fma(__builtin_convertvector(dot[r][v], vf), scale * splat(own[r * x.blocks + block]), sum[r][v]);
    }
  }
}

// R rows by a panel, of which `cols` outputs are there.
template <bool kNibbles, int R, bool kFetch>
void rowsByPanel(const uint8_t* quants, const uint16_t* scales, const QuantizedRows& x, int64_t row,
                 int64_t cols, float* y, int64_t ldy) {
  constexpr int V = R == 1 ? kAlone : kVectors;
  for (int64_t lane = 0; lane < cols; lane += V * W) {
    vf sum[R][V] = {};
    tile<kNibbles, R, V, kFetch>(quants + lane * 4, scales + lane, x, row, sum);
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < V && lane + v * W < cols; ++v)
        storeUpTo(y + r * ldy + lane + v * W, sum[r][v], cols - lane - v * W);
  }
}

using PanelFn = void (*)(const uint8_t*, const uint16_t*, const QuantizedRows&, int64_t, int64_t, float*,
                         int64_t);
template <bool kNibbles, bool kFetch, int... R>
PanelFn panelFn(int64_t rows, std::integer_sequence<int, R...>) {
  static constexpr PanelFn of[] = {rowsByPanel<kNibbles, R + 1, kFetch>...};
  return of[rows - 1];
}

template <bool kNibbles>
void quantizedLinear(const op::QuantizedLinear& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], depth = a.x.dim[1], out = a.y.dim[1], blocks = depth / kBlock;
  const auto shared = [&](int64_t bytes) { return p.shared(static_cast<size_t>(rows * bytes)); };
  const QuantizedRows x{static_cast<int8_t*>(shared(depth)), static_cast<float*>(shared(blocks * 4)),
                        static_cast<int32_t*>(shared(blocks * 4)), blocks};
  if (!x.values || !x.scales || !x.starts) return;
  p.chunks(rows, 1 + 8192 / (depth + 1), [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; ++r) quantize<kNibbles>(a.x.f32() + r * a.x.stride[0], r, x);
  });

  const Epilogue epilogue{a.epilogue, a.bias, a.y, View{}, a.times, a.plus};
  const int64_t panels = a.quants.dim[0], panelBytes = a.quants.dim[1] * a.quants.dim[2];
  const int64_t groups = (rows + kGroup - 1) / kGroup;
  const int64_t grain = evenGrain(panels * groups, kPanel * depth * least(rows, kGroup), p.workers());
  p.chunks(panels * groups, grain, [&](int64_t begin, int64_t end, int) {
    constexpr auto heights = std::make_integer_sequence<int, kTall>{};
    const int64_t tallest = rows <= kFew ? kTall : kRows;
    for (int64_t unit = begin; unit < end && !p.cancelled(); ++unit) {
      const int64_t panel = unit / groups, j = panel * kPanel, cols = least(kPanel, out - j);
      const int64_t first = unit % groups * kGroup, last = least(first + kGroup, rows);
      const int64_t tiles = (last - first + tallest - 1) / tallest;
      for (int64_t t = 0; t < tiles; ++t) {
        const int64_t row = first + (last - first) * t / tiles;
        const int64_t height = first + (last - first) * (t + 1) / tiles - row;
        const bool isStream = t == 0 && rows <= kFew;
        (isStream ? panelFn<kNibbles, true>(height, heights) : panelFn<kNibbles, false>(height, heights))(
            a.quants.as<uint8_t>() + panel * panelBytes, a.scales.as<uint16_t>() + panel * blocks * kPanel, x,
            row, cols, a.y.f32() + row * out + j, out);
        if (!epilogue.idle())
          for (int64_t r = row; r < row + height; ++r) epilogue.apply(0, r, j, cols);
      }
    }
  });
}
}  // namespace

void quantized_linear(const op::QuantizedLinear& a, Parallel& p) {
  const int64_t depth = a.x.dim[1], out = a.y.dim[1], panels = (out + kPanel - 1) / kPanel;
  const bool nibbles = a.quants.dtype == DType::u8;
  if (depth % kBlock != 0 || a.quants.dim[0] != panels || a.quants.dim[1] != depth / (nibbles ? 8 : 4) ||
      a.quants.dim[2] != 4 * kPanel || a.scales.dim[0] != panels || a.scales.dim[1] != depth / kBlock ||
      a.scales.dim[2] != kPanel)
    return p.fail("quantized_linear: the weight is not that of %lld outputs of %lld inputs",
                  static_cast<long long>(out), static_cast<long long>(depth));
  nibbles ? quantizedLinear<true>(a, p) : quantizedLinear<false>(a, p);
}

}  // namespace vmm::cpu::VMM_ISA
