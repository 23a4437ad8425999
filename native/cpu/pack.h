// One side of a product, and its panels: `lanes` (rows of A, columns of B) side by side, depth (the summed
// axis) going down, as floats. Packing takes any strides, storage types and index lists.
#pragma once
#include "native/cpu/dots.h"
#include "native/cpu/kernel.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// Outputs side by side in a panel of a packed weight (lib/ops/pack_weight.ts).
inline constexpr int64_t kPanel = 32;
inline constexpr int64_t kFarBytes = 1 << 21;

struct Operand {
  const void* data;
  DType dtype;
  bool round;                      // to bf16, whatever the storage
  int64_t count;                   // lanes in all
  int64_t lane;                    // stride of a lane, in elements
  int64_t deep;                    // stride of the depth
  const int32_t* lanes = nullptr;  // lane i is at lanes[i]
  const int32_t* deeps = nullptr;  // depth p is at deeps[p]
  bool far = false;                // comes from beyond L2
  bool packed = false;             // panels of kPanel lanes, `lane` elements apart; of pairs for bf16
  int64_t elements = 0;            // where panels hold pairs of bf16: the depth in elements

  int64_t laneAt(int64_t i) const { return (lanes ? lanes[i] : i) * lane; }
  int64_t deepAt(int64_t p) const { return (deeps ? deeps[p] : p) * deep; }
};

template <int S, bool kHigh, int... I>
VMM_INLINE vf zipLanes(vf a, vf b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, (kHigh ? (I & S ? W + I : I + S) : (I & S ? W + I - S : I))...);
}
template <int S>
VMM_INLINE void transposeFrom(vf (&r)[W]) {
  if constexpr (S < W) {
    constexpr auto lanes = std::make_integer_sequence<int, W>{};
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) {
      if (i & S) continue;
      const vf a = r[i], b = r[i + S];
      r[i] = zipLanes<S, false>(a, b, lanes);
      r[i + S] = zipLanes<S, true>(a, b, lanes);
    }
    transposeFrom<2 * S>(r);
  }
}
// W vectors of W floats, rows to columns.
VMM_INLINE void transpose(vf (&r)[W]) { transposeFrom<1>(r); }

// W rows of W numbers of 32 bits from p[i], rows to columns.
VMM_INLINE void loadTransposed(const char* const (&p)[W], int64_t offset, vf (&r)[W]) {
#pragma GCC unroll 16
  for (int i = 0; i < W; ++i) r[i] = loadAs<vf>(p[i] + offset);
  transpose(r);
}

template <DType D>
VMM_INLINE vf loadOperand(const Operand& o, int64_t at, int64_t n) {
  const vf v = n >= W ? loadAny(o.data, D, at, W) : loadAny(o.data, D, at, n);
  return o.round ? roundToBf16(v) : v;
}

// W lanes of depth n from `at` each, transposed: r[i] holds the lanes at depth i. Zero beyond n.
template <DType D>
VMM_INLINE void loadSquare(const Operand& o, const int64_t (&at)[W], int64_t depth, int64_t n, int64_t ahead,
                           vf (&r)[W]) {
  if (n >= W) {
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) {
      r[i] = loadAny(o.data, D, at[i] + depth, W);
      if (ahead) __builtin_prefetch(static_cast<const char*>(o.data) + (at[i] + depth + ahead) * bytesOf(D));
    }
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) r[i] = loadAny(o.data, D, at[i] + depth, n);
  }
  if (o.round) {
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) r[i] = roundToBf16(r[i]);
  }
  transpose(r);
}

// to[p * ld + i] = lane first + i at depth begin + p, i < lanes <= ld; what lies between is undefined. Writes
// up to W - 1 floats behind the panel when ld is no multiple of W.
template <DType D>
void packPanel(const Operand& o, int64_t first, int64_t lanes, int64_t begin, int64_t depth, float* to,
               int64_t ld) {
  if (o.lane == 1 && !o.lanes) {
    constexpr int64_t kAhead = 16;
    for (int64_t p = 0; p < depth; ++p) {
      const int64_t at = o.deepAt(begin + p) + first;
      // Rows far apart in memory: the hardware foresees nothing across pages.
      if (p + kAhead < depth) {
        const char* next =
            static_cast<const char*>(o.data) + (o.deepAt(begin + p + kAhead) + first) * bytesOf(D);
        for (int64_t byte = 0; byte < lanes * bytesOf(D); byte += 64) __builtin_prefetch(next + byte);
      }
      // A store may run into the next row of the panel, which is written after it.
      for (int64_t g = 0; g < lanes; g += W)
        store(to + p * ld + g, loadOperand<D>(o, at + g, o.count - first - g));
    }
  } else if (o.deep == 1 && !o.deeps) {
    // The next panel's lanes are streams too short for the hardware to foresee.
    const int64_t ahead = o.far ? ld * o.lane : 0;
    for (int64_t g = 0; g < lanes; g += W) {
      const bool whole = ld <= W || g + W <= ld;
      int64_t at[W];
      for (int64_t i = 0; i < W; ++i) at[i] = o.laneAt(first + (g + i < lanes ? g + i : g)) + begin;
      for (int64_t q = 0; q < depth; q += W) {
        const int64_t n = depth - q;
        vf r[W];
        loadSquare<D>(o, at, q, n, ahead, r);
        float* row = to + q * ld + g;
        if (whole && n >= W) {
#pragma GCC unroll 16
          for (int i = 0; i < W; ++i) store(row + i * ld, r[i]);
        } else {
          for (int64_t i = 0; i < W && i < n; ++i, row += ld)
            whole ? store(row, r[i]) : storePart(row, r[i], ld - g);
        }
      }
    }
  } else {
    for (int64_t p = 0; p < depth; ++p) {
      const int64_t at = o.deepAt(begin + p);
      for (int64_t i = 0; i < lanes; ++i) to[p * ld + i] = loadOperand<D>(o, at + o.laneAt(first + i), 1)[0];
    }
  }
}

#if VMM_HAS_BF16_DOT
#if VMM_ISA_AVX512
VMM_INLINE __m512i bf16Words(vf v) {
  return _mm512_maskz_cvtepu16_epi32(kAllLanes, bitCast<__m256i>(_mm512_cvtneps_pbh(bitCast<__m512>(v))));
}
#else
VMM_INLINE vu bf16Words(vf v) { return __builtin_convertvector(toBf16(v), vu); }
#endif
// Numbers of 32 bits from two rounded to bf16, `low` in the low half.
VMM_INLINE vf pairsOf(vf low, vf high) {
  const vu even = bitCast<vu>(bf16Words(low)), odd = bitCast<vu>(bf16Words(high));
  return bitCast<vf>(even | odd << 16);
}
template <int... I>
VMM_INLINE vf pairsOfNeighbours(vf first, vf second, std::integer_sequence<int, I...>) {
#if VMM_ISA_AVX512
  return bitCast<vf>(_mm512_cvtne2ps_pbh(bitCast<__m512>(second), bitCast<__m512>(first)));
#else
  return pairsOf(__builtin_shufflevector(first, second, 2 * I...),
                 __builtin_shufflevector(first, second, 2 * I + 1 ...));
#endif
}
// Pairs of up to 2 W numbers that lie side by side; zeros beyond n.
template <DType D>
VMM_INLINE vf loadPairs(const Operand& o, int64_t at, int64_t n) {
  if constexpr (D == DType::bf16) {
    const uint16_t* from = static_cast<const uint16_t*>(o.data) + at;
    if (n >= 2 * W) return loadAs<vf>(from);
    vf words{};
    std::memcpy(&words, from, 2 * static_cast<size_t>(n));
    return words;
  } else {
    const vf first = loadOperand<D>(o, at, n), second = n > W ? loadOperand<D>(o, at + W, n - W) : vf{};
    return pairsOfNeighbours(first, second, std::make_integer_sequence<int, W>{});
  }
}

// packPanel, of pairs.
template <DType D>
void packPairs(const Operand& o, int64_t first, int64_t lanes, int64_t begin, int64_t depth, float* to,
               int64_t ld) {
  if (o.lane == 1 && !o.lanes) {
    for (int64_t p = 0; p < depth; ++p) {
      const int64_t even = 2 * (begin + p), odd = even + 1 < o.elements ? even + 1 : even;
      const int64_t low = o.deepAt(even) + first, high = o.deepAt(odd) + first;
      for (int64_t g = 0; g < lanes; g += W) {
        const int64_t n = o.count - first - g;
        const vf second = odd == even ? vf{} : loadOperand<D>(o, high + g, n);
        store(to + p * ld + g, pairsOf(loadOperand<D>(o, low + g, n), second));
      }
    }
  } else if (o.deep == 1 && !o.deeps) {
    const int64_t ahead = o.far ? ld * o.lane : 0;
    for (int64_t g = 0; g < lanes; g += W) {
      const bool whole = ld <= W || g + W <= ld;
      for (int64_t q = 0; q < depth; q += W) {
        const int64_t n = o.elements - 2 * (begin + q);
        vf r[W];
#pragma GCC unroll 16
        for (int i = 0; i < W; ++i) {
          const int64_t at = o.laneAt(first + (g + i < lanes ? g + i : g)) + 2 * (begin + q);
          if (ahead) __builtin_prefetch(static_cast<const char*>(o.data) + (at + ahead) * bytesOf(D));
          r[i] = loadPairs<D>(o, at, n);
        }
        transpose(r);
        for (int64_t i = 0; i < W && q + i < depth; ++i) {
          float* row = to + (q + i) * ld + g;
          whole ? store(row, r[i]) : storePart(row, r[i], ld - g);
        }
      }
    }
  } else {
    for (int64_t p = 0; p < depth; ++p) {
      const int64_t even = 2 * (begin + p), odd = even + 1 < o.elements ? even + 1 : even;
      const int64_t low = o.deepAt(even), high = o.deepAt(odd);
      for (int64_t i = 0; i < lanes; ++i) {
        const int64_t lane = o.laneAt(first + i);
        const vf second = odd == even ? vf{} : loadOperand<D>(o, high + lane, 1);
        to[p * ld + i] = pairsOf(loadOperand<D>(o, low + lane, 1), second)[0];
      }
    }
  }
}
#endif

// Where a lane begins in a packed weight.
inline const char* packedAt(const Operand& o, int64_t first) {
  const int64_t at = first / kPanel * o.lane + first % kPanel * (o.dtype == DType::bf16 ? 2 : 1);
  return static_cast<const char*>(o.data) + at * bytesOf(o.dtype);
}

// packPanel, from a packed weight in bf16 or f16.
inline void unpackPanel(const Operand& o, int64_t first, int64_t lanes, int64_t begin, int64_t depth,
                        float* to, int64_t ld) {
  const uint16_t* from = reinterpret_cast<const uint16_t*>(packedAt(o, first)) + begin * kPanel;
  if (o.dtype == DType::f16) {
    for (int64_t p = 0; p < depth; ++p)
      for (int64_t g = 0; g < lanes; g += W)
        store(to + p * ld + g, fromF16(loadAs<vh>(from + p * kPanel + g)));
    return;
  }
  for (int64_t p = 0; p < depth; p += 2)
    for (int64_t g = 0; g < lanes; g += W) {
      const vu pair = loadAs<vu>(from + p * kPanel + 2 * g);
      store(to + p * ld + g, bitCast<vf>(pair << 16));
      if (p + 1 < depth) store(to + (p + 1) * ld + g, bitCast<vf>(pair & 0xffff0000));
    }
}

inline void pack(const Operand& o, int64_t first, int64_t lanes, int64_t begin, int64_t depth, float* to,
                 int64_t ld) {
  if (o.packed) return unpackPanel(o, first, lanes, begin, depth, to, ld);
#if VMM_HAS_BF16_DOT
  if (o.elements) switch (o.dtype) {
      case DType::f32:
        return packPairs<DType::f32>(o, first, lanes, begin, depth, to, ld);
      case DType::bf16:
        return packPairs<DType::bf16>(o, first, lanes, begin, depth, to, ld);
      default:
        return packPairs<DType::f16>(o, first, lanes, begin, depth, to, ld);
    }
#endif
  switch (o.dtype) {
    case DType::f32:
      return packPanel<DType::f32>(o, first, lanes, begin, depth, to, ld);
    case DType::bf16:
      return packPanel<DType::bf16>(o, first, lanes, begin, depth, to, ld);
    default:
      return packPanel<DType::f16>(o, first, lanes, begin, depth, to, ld);
  }
}

}  // namespace vmm::cpu::VMM_ISA
