// Dot products of queries with rows, both of which lie along the depth: nothing is packed or transposed. A
// sum has W partial ones, partial l over the depths l, l + W, …; they are added in a fixed tree. So its bits
// depend on the two rows and the depth alone, never on how many rows or queries there are.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/pack.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// A tile of kTileQueries x kTileRows sums fills half of the registers; a single query meets kAlone rows.
#if VMM_ISA_NEON
inline constexpr int kTileQueries = 4, kTileRows = 4, kAlone = 16;
#else
inline constexpr int kTileQueries = W == 16 ? 4 : 2, kTileRows = W >= 8 ? 4 : 2, kAlone = W < 8 ? 4 : W;
#endif
static_assert(kAlone % kTileRows == 0);

// Rows of `depth` numbers, `step` elements apart.
struct DepthRows {
  const void* data;
  DType dtype;
  int64_t step;
  const char* at(int64_t row) const { return static_cast<const char*>(data) + row * step * bytesOf(dtype); }
};

VMM_INLINE vf fromI8(vb bytes) {
#if VMM_ISA_AVX512
  const __m512i wide = _mm512_maskz_cvtepi8_epi32(0xffff, bitCast<__m128i>(bytes));
  return bitCast<vf>(_mm512_maskz_cvtepi32_ps(0xffff, wide));
#elif VMM_ISA_AVX2
  __m128i low = _mm_setzero_si128();
  std::memcpy(&low, &bytes, sizeof bytes);
  return bitCast<vf>(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(low)));
#else
  return __builtin_convertvector(__builtin_convertvector(bytes, vi), vf);
#endif
}

// Up to W numbers; zeros beyond n.
template <DType D>
VMM_INLINE vf loadWide(const void* from, int64_t n) {
  if constexpr (D == DType::i8) {
    vb bytes{};
    std::memcpy(&bytes, from, static_cast<size_t>(least(n, W)));
    return fromI8(bytes);
  } else {
    return loadAny(from, D, 0, n);
  }
}

template <int S = 1>
VMM_INLINE void sumLanes(vf (&r)[W]) {
  if constexpr (S < W) {
    constexpr auto lanes = std::make_integer_sequence<int, W>{};
#pragma GCC unroll 16
    for (int i = 0; i < W; i += 2 * S)
      r[i] = zipLanes<S, false>(r[i], r[i + S], lanes) + zipLanes<S, true>(r[i], r[i + S], lanes);
    sumLanes<2 * S>(r);
  }
}

// scores[q * ld + r] for Q queries by R rows; fetches as many bytes from `next` as it reads of the rows.
template <DType D, int Q, int R>
void dotTile(const float* queries, int64_t qStep, const char* rows, int64_t rowBytes, int64_t depth,
             const char* next, float* scores, int64_t ld) {
  constexpr int kGroups = (Q * R + W - 1) / W;
  constexpr int64_t kBytes = W * bytesOf(D);
  vf sum[kGroups][W] = {};
  const auto add = [&](int64_t p, int64_t n) __attribute__((always_inline)) {
    vf left[Q];
#pragma GCC unroll 4
    for (int q = 0; q < Q; ++q) left[q] = loadUpTo(queries + q * qStep + p, n);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const vf right = loadWide<D>(rows + r * rowBytes + p * bytesOf(D), n);
#pragma GCC unroll 4
      for (int q = 0; q < Q; ++q) {
        vf& s = sum[(q * R + r) / W][(q * R + r) % W];
        s = fma(left[q], right, s);
      }
    }
  };
  int64_t p = 0;
  for (; p + W <= depth; p += W) {
    if (next) {
#pragma GCC unroll 16
      for (int64_t line = 0; line < R * kBytes; line += 64) __builtin_prefetch(next + line);
      next += R * kBytes;
    }
    add(p, W);
  }
  if (p < depth) add(p, depth - p);
#pragma GCC unroll 16
  for (int g = 0; g < kGroups; ++g) {
    sumLanes(sum[g]);
    for (int i = g * W; i < (g + 1) * W && i < Q * R; ++i) scores[i / R * ld + i % R] = sum[g][0][i - g * W];
  }
}

// All queries by `count` rows, with kTileQueries of them at once where there are as many.
template <DType D>
void dotRows(const float* queries, int64_t qStep, int64_t m, const DepthRows& rows, int64_t from,
             int64_t count, int64_t depth, float* wide, float* scores, int64_t ld) {
  const int64_t rowBytes = rows.step * bytesOf(D);
  for (int64_t r = 0; r < count; r += kAlone) {
    const char* const at = rows.at(from + r);
    const int64_t n = least(count - r, kAlone);
    const char* const next = at + kAlone * rowBytes;
    int64_t q = 0;
    if (m >= kTileQueries && n == kAlone) {
      const char* tileRows = at;
      int64_t tileBytes = rowBytes;
      if constexpr (D != DType::f32) {
        for (int64_t i = 0; i < kAlone; ++i)
          for (int64_t p = 0; p < depth; p += W)
            storeUpTo(wide + i * depth + p, loadWide<D>(at + i * rowBytes + p * bytesOf(D), depth - p),
                      depth - p);
        tileRows = reinterpret_cast<const char*>(wide);
        tileBytes = depth * 4;
      }
      for (; q + kTileQueries <= m; q += kTileQueries)
        for (int64_t i = 0; i < kAlone; i += kTileRows)
          dotTile<DType::f32, kTileQueries, kTileRows>(queries + q * qStep, qStep, tileRows + i * tileBytes,
                                                       tileBytes, depth, nullptr, scores + q * ld + r + i,
                                                       ld);
    }
    for (; q < m; ++q) {
      float* const to = scores + q * ld + r;
      if (n == kAlone)
        dotTile<D, 1, kAlone>(queries + q * qStep, qStep, at, rowBytes, depth, q == 0 ? next : nullptr, to,
                              ld);
      else
        for (int64_t i = 0; i < n; ++i)
          dotTile<D, 1, 1>(queries + q * qStep, qStep, at + i * rowBytes, rowBytes, depth, nullptr, to + i,
                           ld);
    }
  }
}

}  // namespace vmm::cpu::VMM_ISA
