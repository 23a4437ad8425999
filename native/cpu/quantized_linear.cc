// quantized_linear: y[r] = f(W x[r] + b), W in blocks of 32 integers with a scale: q8_0 (i8) or q4_0 (four
// bits). x: [rows, in], quants: [out, in or in / 2], scales: f16 [out, in / 32]. x is rounded to i8 in blocks
// of 32 first; the dot product of two blocks is exact, their scaled sums go over the blocks in one order. 2
// rows in out operations on 1.06 or 0.56 bytes a weight: with few rows bound by reading the weight, which
// is read from its beginning to its end, as hardware foresees it best.
#include "native/cpu/dots.h"
#include "native/cpu/epilogue.h"
#include "native/cpu/kernel.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
constexpr int64_t kBlock = 32;
constexpr int64_t kRows = 4;        // of x that share a pass over a row of W
constexpr int64_t kPadded = 16;     // a row of x has a multiple of this many blocks
constexpr int64_t kVector = 4 * W;  // bytes
constexpr int64_t kAhead = 6144;    // bytes of W that are on their way: more than hardware asks for

// Blocks are read in steps of whole vectors. The low halves of the bytes of nibbles are the first halves of
// their blocks: a row of x has those of all blocks of a step first.
template <bool kNibbles>
struct Steps {
  static constexpr int64_t kBytes = kNibbles ? kBlock / 2 : kBlock;  // of a block
  static constexpr int64_t kBlocks = kVector < kBytes ? 1 : kVector / kBytes;
  static constexpr int64_t kVectors = kBlocks * kBytes / kVector;

  // Where numbers i … i + kBytes - 1 of a block lie in a row of x.
  static int64_t placeOf(int64_t block, int64_t i) {
    const int64_t first = block / kBlocks * kBlocks;
    return first * kBlock + i * kBlocks + (block - first) * kBytes;
  }
};

// A row of x, with zeros at its end.
struct QuantizedRow {
  int8_t* values;
  float* scales;
  int32_t* starts;  // of the sums with nibbles, a vector for each step: 0 … 15 stand for -8 … 7
};

template <bool kNibbles>
void quantize(const float* x, int64_t blocks, const QuantizedRow& row) {
  using S = Steps<kNibbles>;
  const int64_t last = blocks / kPadded * kPadded;
  std::memset(row.values + last * kBlock, 0, kPadded * kBlock);
  std::memset(row.scales + last, 0, kPadded * sizeof(float));
  for (int64_t block = 0; block < blocks; ++block, x += kBlock) {
    vf highest{};
    for (int64_t i = 0; i < kBlock; i += W) highest = vmax(highest, vabs(load(x + i)));
    const float largest = hmax(highest), inverse = largest > 0 ? 127 / largest : 0;
    row.scales[block] = largest / 127;
    alignas(64) int32_t whole[kBlock];
    for (int64_t i = 0; i < kBlock; i += W) {
      // Adding 1.5 * 2^23 rounds to an integer, ties to even, and leaves it in the low bits.
      const vf v = load(x + i) * splat(inverse);
      storeAs(whole + i, choose(v == v, v, vf{}) + splat(12582912.0f));
    }
    for (int64_t first = 0; first < kBlock; first += S::kBytes) {
      int8_t* to = row.values + S::placeOf(block, first);
      for (int64_t i = 0; i < S::kBytes; ++i) to[i] = static_cast<int8_t>(whole[first + i]);
    }
  }
  if (kNibbles)
    for (int64_t step = 0; step * S::kBlocks < blocks; ++step) {
      vi sum{};
      for (int64_t v = 0; v < 2 * S::kVectors; ++v)
        sum = dotU7I8(sum, vu8{} + 8, loadAs<vi8>(row.values + (step * 2 * S::kVectors + v) * kVector));
      storeAs(row.starts + step * W, -sum);
    }
}

// scales[first + i] in the lanes of block i of a step.
template <int64_t kBlocks>
VMM_INLINE vf spread(vf scales, int64_t first) {
#if VMM_ISA_AVX512
  const __m512i block = kBlocks == 2 ? _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
                                     : _mm512_set_epi32(3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0);
  const __m512i lanes = _mm512_add_epi32(block, _mm512_set1_epi32(static_cast<int>(first)));
  return bitCast<vf>(_mm512_maskz_permutexvar_ps(kAllLanes, lanes, bitCast<__m512>(scales)));
#elif VMM_ISA_AVX2
  const __m256i block = kBlocks == 1 ? _mm256_setzero_si256() : _mm256_set_epi32(1, 1, 1, 1, 0, 0, 0, 0);
  const __m256i lanes = _mm256_add_epi32(block, _mm256_set1_epi32(static_cast<int>(first)));
  return bitCast<vf>(_mm256_permutevar8x32_ps(bitCast<__m256>(scales), lanes));
#else
  return splat(scales[first]);
#endif
}

// A step: whole blocks of a row of W by R rows of x, `block` the first; its scale is number i of `scales`.
template <bool kNibbles, int R>
VMM_INLINE void addStep(const uint8_t* quants, int64_t block, const QuantizedRow* x, const vf (&scales)[R],
                        int64_t i, vf (&sum)[R]) {
  using S = Steps<kNibbles>;
  for (int r = 0; r < R; ++r) {
    const int8_t* values = x[r].values + block * kBlock;
    vi dot = kNibbles ? loadAs<vi>(x[r].starts + block / S::kBlocks * W) : vi{};
    for (int64_t v = 0; v < S::kVectors; ++v) {
      const vu8 bytes = loadAs<vu8>(quants + v * kVector);
      const vi8 low = loadAs<vi8>(values + v * kVector);
      if constexpr (kNibbles) {
        dot = dotU7I8(dot, bytes & 15, low);
        dot = dotU7I8(dot, bytes >> 4, loadAs<vi8>(values + (S::kVectors + v) * kVector));
      } else {
        dot = dotI8(dot, bitCast<vi8>(bytes), low);
      }
    }
    sum[r] = fma(__builtin_convertvector(dot, vf), spread<S::kBlocks>(scales[r], i), sum[r]);
  }
}

// A row of W by R rows of x. Steps take turns at two sums.
template <bool kNibbles, int R>
void dots(const uint8_t* quants, const uint16_t* scales, int64_t blocks, const QuantizedRow* x, float* y,
          int64_t ldy) {
  using S = Steps<kNibbles>;
  constexpr int64_t kTogether = W < S::kBlocks ? S::kBlocks : W;  // blocks that share a vector of scales
  vf sum[2][R] = {}, scaled[R];
  int64_t block = 0;
  for (; block + kTogether <= blocks; block += kTogether) {
    for (int64_t at = 0; at < kTogether * S::kBytes; at += 64)
      __builtin_prefetch(quants + block * S::kBytes + kAhead + at);
    __builtin_prefetch(scales + block + kAhead / S::kBytes);
    const vf left = fromF16(loadAs<vh>(scales + block));
    for (int r = 0; r < R; ++r) scaled[r] = left * load(x[r].scales + block);
#pragma GCC unroll 16
    for (int64_t i = 0; i < kTogether; i += S::kBlocks)
      addStep<kNibbles, R>(quants + (block + i) * S::kBytes, block + i, x, scaled, i,
                           sum[i / S::kBlocks & 1]);
  }
  if (block < blocks) {
    const vf left = loadAny(scales, DType::f16, block, blocks - block);
    for (int r = 0; r < R; ++r) scaled[r] = left * load(x[r].scales + block);
  }
  for (int64_t i = 0; block < blocks; block += S::kBlocks, i += S::kBlocks) {
    uint8_t step[S::kVectors * kVector] = {};
    const int64_t n = least(S::kBlocks, blocks - block);
    std::memcpy(step, quants + block * S::kBytes, static_cast<size_t>(n * S::kBytes));
    addStep<kNibbles, R>(step, block, x, scaled, i, sum[i / S::kBlocks & 1]);
  }
  for (int r = 0; r < R; ++r) y[r * ldy] = hsum(sum[0][r] + sum[1][r]);
}

template <bool kNibbles>
void quantizedLinear(const op::QuantizedLinear& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], depth = a.x.dim[1], out = a.y.dim[1], blocks = depth / kBlock;
  const int64_t padded = (blocks / kPadded + 1) * kPadded;
  int8_t* const values = static_cast<int8_t*>(p.shared(static_cast<size_t>(rows * padded * kBlock)));
  float* const scales = static_cast<float*>(p.shared(static_cast<size_t>(rows * padded) * sizeof(float)));
  const int64_t starts = kNibbles ? padded / Steps<kNibbles>::kBlocks * W : 0;
  int32_t* const sums = static_cast<int32_t*>(p.shared(static_cast<size_t>(rows * starts) * sizeof(int32_t)));
  QuantizedRow* const x =
      static_cast<QuantizedRow*>(p.shared(static_cast<size_t>(rows) * sizeof(QuantizedRow)));
  if (!values || !scales || !sums || !x) return;
  p.chunks(rows, 1 + 65536 / (depth + 1), [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; ++r) {
      x[r] = {values + r * padded * kBlock, scales + r * padded, sums + r * starts};
      quantize<kNibbles>(a.x.f32() + r * a.x.stride[0], blocks, x[r]);
    }
  });

  const Epilogue epilogue{a.epilogue, a.bias, a.y, View{}};
  constexpr int64_t kStrip = 32;
  const int64_t grain = 1 + 1000000 / (kStrip * depth * rows + 1);
  p.chunks((out + kStrip - 1) / kStrip, grain, [&](int64_t begin, int64_t end, int) {
    for (int64_t strip = begin; strip < end && !p.cancelled(); ++strip) {
      const int64_t j0 = strip * kStrip, j1 = least(j0 + kStrip, out);
      for (int64_t j = j0; j < j1; ++j) {
        const uint8_t* quants = a.quants.as<uint8_t>() + j * a.quants.dim[1];
        const uint16_t* own = a.scales.as<uint16_t>() + j * blocks;
        float* y = a.y.f32() + j;
        int64_t r = 0;
        for (; r + kRows <= rows; r += kRows)
          dots<kNibbles, kRows>(quants, own, blocks, x + r, y + r * out, out);
        for (; r < rows; ++r) dots<kNibbles, 1>(quants, own, blocks, x + r, y + r * out, out);
      }
      if (!epilogue.idle())
        for (int64_t r = 0; r < rows; ++r) epilogue.apply(0, r, j0, j1 - j0);
    }
  });
}
}  // namespace

void quantized_linear(const op::QuantizedLinear& a, Parallel& p) {
  const int64_t depth = a.x.dim[1];
  const bool nibbles = a.quants.dtype == DType::u8;
  if (depth % kBlock != 0 || a.quants.dim[1] != (nibbles ? depth / 2 : depth) ||
      a.scales.dim[1] != depth / kBlock)
    return p.fail("quantized_linear: the weight is not that of %lld inputs", static_cast<long long>(depth));
  nibbles ? quantizedLinear<true>(a, p) : quantizedLinear<false>(a, p);
}

}  // namespace vmm::cpu::VMM_ISA
