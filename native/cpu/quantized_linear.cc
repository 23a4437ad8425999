// quantized_linear: y[r] = f(W x[r] + b), W in blocks of 32 integers with a scale: q8_0 (i8) or q4_0 (four
// bits). x: [rows, in], quants: [out, in or in / 2], scales: f16 [out, in / 32]. x is rounded to i8 in blocks
// of 32 first; the dot product of two blocks is exact, their scaled sums go over the blocks in one order. 2
// rows in out operations on 1.06 or 0.56 bytes a weight: with few rows bound by reading the weight.
#include "native/cpu/epilogue.h"
#include "native/cpu/kernel.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
constexpr int64_t kBlock = 32, kOutputs = 4;

struct QuantizedRow {
  const int8_t* values;  // zeros up to a multiple of 64
  const float* scales;   // zeros up to a multiple of 16
};

void quantize(const float* x, int64_t blocks, int8_t* values, float* scales) {
  for (int64_t block = 0; block < blocks; ++block, x += kBlock, values += kBlock) {
    float largest = 0;
    for (int i = 0; i < kBlock; ++i) {
      const float v = __builtin_fabsf(x[i]);
      largest = largest < v ? v : largest;
    }
    scales[block] = largest / 127;
    const float inverse = largest > 0 ? 127 / largest : 0;
    for (int i = 0; i < kBlock; ++i) {
      // Adding 1.5 * 2^23 rounds to an integer, ties to even, and leaves it in the low bits.
      const float v = x[i] * inverse;
      values[i] = static_cast<int8_t>(bitCast<int32_t>((v == v ? v : 0.f) + 12582912.f));
    }
  }
}

#if VMM_HAS_AVX512VNNI
// 64 weights of two blocks as bytes that are not negative.
template <bool kNibbles>
VMM_INLINE __m512i weightsAt(const uint8_t* from, bool whole) {
  if constexpr (kNibbles) {
    const __m512i bytes = _mm512_maskz_loadu_epi64(whole ? 0x0f : 0x03, from);
    const __m512i twice =
        _mm512_maskz_permutexvar_epi64(0xff, _mm512_set_epi64(3, 2, 3, 2, 1, 0, 1, 0), bytes);
    const __m512i shifts = _mm512_set_epi64(4, 4, 0, 0, 4, 4, 0, 0);
    return _mm512_and_si512(_mm512_maskz_srlv_epi64(0xff, twice, shifts), _mm512_set1_epi8(15));
  } else {
    const __m512i bytes = _mm512_maskz_loadu_epi64(whole ? 0xff : 0x0f, from);
    return _mm512_xor_si512(bytes, _mm512_set1_epi8(-128));
  }
}

// Rows j ... j + R of W by a row of x: two blocks in a vector, a sum in each lane.
template <bool kNibbles, int R>
VMM_INLINE void dots(const uint8_t* quants, const uint16_t* scales, int64_t blocks, const QuantizedRow& x,
                     float* y) {
  constexpr int64_t kBytes = kNibbles ? kBlock / 2 : kBlock;
  const __m512i offset = _mm512_set1_epi8(kNibbles ? 8 : -128), zero = _mm512_setzero_si512();
  vf sum[R] = {};
  for (int64_t block = 0; block < blocks; block += 16) {
    const int64_t n = least(16, blocks - block);
    const __mmask16 valid = static_cast<__mmask16>((1u << n) - 1);
    const __m512 right = _mm512_loadu_ps(x.scales + block);
    __m512 scale[R];
    for (int r = 0; r < R; ++r) {
      const __m256i half = _mm256_maskz_loadu_epi16(valid, scales + r * blocks + block);
      scale[r] = _mm512_mul_ps(_mm512_maskz_cvtph_ps(kAllLanes, half), right);
    }
    __m512i lanes = _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    // Fetches the next rows as one stream each.
    for (int64_t at = 0; at < 16 * R; at += 32) __builtin_prefetch(scales + R * (blocks + block) + at);
    const uint8_t* next = quants + R * (blocks + block) * kBytes;
    for (int64_t pair = block; pair < block + n; pair += 2) {
      const __m512i values = _mm512_loadu_si512(x.values + pair * kBlock);
      const __m512i shift = _mm512_dpbusd_epi32(zero, offset, values);
      for (int r = 0; r < R; ++r) {
        const uint8_t* from = quants + (r * blocks + pair) * kBytes;
        __builtin_prefetch(next);
        next += 2 * kBytes;
        const __m512i dot = _mm512_dpbusd_epi32(zero, weightsAt<kNibbles>(from, pair + 1 < blocks), values);
        const __m512 exact = _mm512_maskz_cvtepi32_ps(kAllLanes, _mm512_sub_epi32(dot, shift));
        sum[r] = fma(bitCast<vf>(exact), bitCast<vf>(_mm512_maskz_permutexvar_ps(kAllLanes, lanes, scale[r])),
                     sum[r]);
      }
      lanes = _mm512_add_epi32(lanes, _mm512_set1_epi32(2));
    }
  }
  for (int r = 0; r < R; ++r) y[r] = hsum(sum[r]);
}
#else
VMM_INLINE float fromHalf(uint16_t bits) {
  vh h{};
  h[0] = bits;
  return fromF16(h)[0];
}

template <bool kNibbles, int R>
void dots(const uint8_t* quants, const uint16_t* scales, int64_t blocks, const QuantizedRow& x, float* y) {
  constexpr int64_t kBytes = kNibbles ? kBlock / 2 : kBlock;
  for (int r = 0; r < R; ++r) {
    float sum = 0;
    for (int64_t block = 0; block < blocks; ++block) {
      const uint8_t* from = quants + (r * blocks + block) * kBytes;
      // Read as signed bytes: from a cast of unsigned ones GCC 12 makes USDOT, which takes them for unsigned.
      const int8_t* signs = reinterpret_cast<const int8_t*>(from);
      const int8_t* right = x.values + block * kBlock;
      int32_t dot = 0;
      if constexpr (kNibbles) {
        for (int i = 0; i < 16; ++i)
          dot += ((from[i] & 15) - 8) * right[i] + ((from[i] >> 4) - 8) * right[i + 16];
      } else {
        for (int i = 0; i < kBlock; ++i) dot += signs[i] * right[i];
      }
      sum += static_cast<float>(dot) * (fromHalf(scales[r * blocks + block]) * x.scales[block]);
    }
    y[r] = sum;
  }
}
#endif

template <bool kNibbles>
void outputs(const op::QuantizedLinear& a, const QuantizedRow& x, int64_t j, int64_t n, float* y) {
  const int64_t blocks = a.x.dim[1] / kBlock;
  const uint8_t* quants = a.quants.as<uint8_t>() + j * a.quants.dim[1];
  const uint16_t* scales = a.scales.as<uint16_t>() + j * blocks;
  if (n == kOutputs) return dots<kNibbles, kOutputs>(quants, scales, blocks, x, y);
  for (int64_t r = 0; r < n; ++r)
    dots<kNibbles, 1>(quants + r * a.quants.dim[1], scales + r * blocks, blocks, x, y + r);
}
}  // namespace

void quantized_linear(const op::QuantizedLinear& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], depth = a.x.dim[1], out = a.y.dim[1], blocks = depth / kBlock;
  const bool nibbles = a.quants.dtype == DType::u8;
  if (depth % kBlock != 0 || a.quants.dim[1] != (nibbles ? depth / 2 : depth) || a.scales.dim[1] != blocks)
    return p.fail("quantized_linear: the weight is not that of %lld inputs", static_cast<long long>(depth));
  const int64_t values = (depth + 63) / 64 * 64, scales = (blocks + 15) / 16 * 16;
  int8_t* const integers = static_cast<int8_t*>(p.shared(static_cast<size_t>(rows * values)));
  float* const factors = static_cast<float*>(p.shared(static_cast<size_t>(rows * scales) * 4));
  if (!integers || !factors) return;
  p.chunks(rows, 1 + 65536 / (depth + 1), [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; ++r) {
      std::memset(integers + r * values + depth, 0, static_cast<size_t>(values - depth));
      std::memset(factors + r * scales + blocks, 0, static_cast<size_t>(scales - blocks) * 4);
      quantize(a.x.f32() + r * a.x.stride[0], blocks, integers + r * values, factors + r * scales);
    }
  });

  const Epilogue epilogue{a.epilogue, a.bias, a.y, View{}};
  constexpr int64_t kStrip = 8 * kOutputs;
  const int64_t grain = 1 + 1000000 / (kStrip * depth * rows + 1);
  p.chunks((out + kStrip - 1) / kStrip, grain, [&](int64_t begin, int64_t end, int) {
    for (int64_t strip = begin; strip < end && !p.cancelled(); ++strip) {
      const int64_t j0 = strip * kStrip, j1 = least(j0 + kStrip, out);
      for (int64_t j = j0; j < j1; j += kOutputs)
        for (int64_t r = 0; r < rows; ++r) {
          const QuantizedRow x{integers + r * values, factors + r * scales};
          float* y = a.y.f32() + r * out + j;
          nibbles ? outputs<true>(a, x, j, least(kOutputs, j1 - j), y)
                  : outputs<false>(a, x, j, least(kOutputs, j1 - j), y);
        }
      if (!epilogue.idle())
        for (int64_t r = 0; r < rows; ++r) epilogue.apply(0, r, j0, j1 - j0);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
