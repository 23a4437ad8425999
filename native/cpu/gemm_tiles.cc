// The register tiles of gemm.h, all sizes up to kRows rows and kVectors vectors, in a file of their own
// because every kernel that multiplies shares them.
#include "native/cpu/gemm.h"
#include "native/cpu/kernel.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {
namespace {

struct Products {
  static VMM_INLINE vf step(vf a, vf b, vf sum) { return fma(a, b, sum); }
};
struct Squares {
  static VMM_INLINE vf step(vf a, vf b, vf sum) {
    const vf d = a - b;
    return fma(d, d, sum);
  }
};
#if VMM_HAS_BF16_DOT
struct Pairs {
  static VMM_INLINE vf step(vf a, vf b, vf sum) { return dotBf16(sum, bitCast<vbf16>(a), bitCast<vbf16>(b)); }
};
#endif

template <class Step, int R, int V>
void tile(const float* a, const float* b, int64_t ldb, int64_t depth, float* const* c, int64_t cols,
          bool first) {
  vf sum[R][V] = {};
  for (int64_t p = 0; p < depth; ++p, a += R, b += ldb) {
    vf right[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) right[v] = load(b + v * W);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const vf left = splat(a[r]);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sum[r][v] = Step::step(left, right[v], sum[r][v]);
    }
  }
  // Only the last vector may be part of one.
  const int64_t rest = cols - (V - 1) * W;
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
    float* const to = c[r];
#pragma GCC unroll 8
    for (int v = 0; v < V - 1; ++v) store(to + v * W, first ? sum[r][v] : load(to + v * W) + sum[r][v]);
    float* const end = to + (V - 1) * W;
    vf& last = sum[r][V - 1];
    if (rest >= W)
      store(end, first ? last : load(end) + last);
    else
      storePart(end, first ? last : loadPart(end, rest) + last, rest);
  }
}

// R rows by the lanes of one square: r[i] holds W lanes at depth i.
template <class Step, int R, int V>
VMM_INLINE void addSquare(const float* a, int64_t lda, const vf (&r)[W], int64_t n, int v, vf (&sum)[R][V]) {
  if (n >= W) {
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i)
      for (int row = 0; row < R; ++row) sum[row][v] = Step::step(splat(a[row * lda + i]), r[i], sum[row][v]);
  } else {
    for (int i = 0; i < n; ++i)
      for (int row = 0; row < R; ++row) sum[row][v] = Step::step(splat(a[row * lda + i]), r[i], sum[row][v]);
  }
}

// The lines of some lanes in the order of their addresses. The squares read many lanes side by side, which
// nothing foresees; a single stream is what memory is fastest at.
class Ahead {
 public:
  Ahead(const Operand& b, DType d, int64_t j, int64_t lanes, int64_t begin, int64_t depth)
      : at_(static_cast<const char*>(b.data) + (b.laneAt(j) + begin) * bytesOf(d)),
        step_(b.lane * bytesOf(d)),
        length_(depth * bytesOf(d)),
        lanes_(b.far && !b.lanes ? lanes : 0) {}

  VMM_INLINE void fetch(int lines) {
    for (int i = 0; i < lines && lanes_ > 0; ++i) {
      __builtin_prefetch(at_ + offset_, 0, 2);
      offset_ += 64;
      if (offset_ < length_) continue;
      offset_ -= length_;
      at_ += step_;
      --lanes_;
    }
  }

 private:
  const char* at_;
  int64_t step_, length_, lanes_, offset_ = 0;
};

// Number c of the ones that share 32 bits.
template <DType D>
VMM_INLINE vf partOf(vf word, int c) {
  if constexpr (D != DType::bf16) return word;
  const vu bits = bitCast<vu>(word);
  return bitCast<vf>(c == 0 ? bits << 16 : bits & 0xffff0000);
}

// Adds the sums of a block of the depth to those of the blocks before it.
template <int R, int V>
VMM_INLINE void addBlock(vf (&total)[R][V], const vf (&sum)[R][V], bool first) {
  for (int row = 0; row < R; ++row)
    for (int v = 0; v < V; ++v) total[row][v] = first ? sum[row][v] : total[row][v] + sum[row][v];
}
template <int R, int V>
VMM_INLINE void storeRows(float* const* c, const vf (&total)[R][V], int64_t cols) {
  for (int row = 0; row < R; ++row)
    for (int v = 0; v < V && v * W < cols; ++v) storeUpTo(c[row] + v * W, total[row][v], cols - v * W);
}

template <class Step, DType D, int R>
void few(const float* a, int64_t lda, const Operand& b, int64_t j, int64_t cols, int64_t depth,
         float* const* c) {
  constexpr int V = kVectors;
  // Numbers that make one of 32 bits are transposed together.
  constexpr bool kWords = D != DType::f16;
  constexpr int kPer = D == DType::bf16 ? 2 : 1;
  constexpr int64_t kStep = kPer * W, kLines = (W * kStep * bytesOf(D) + 63) / 64;
  int64_t at[V][W];
  const char* from[V][W];
  for (int64_t i = 0; i < V * W; ++i) {
    at[i / W][i % W] = b.laneAt(j + (i < cols ? i : 0));
    from[i / W][i % W] = static_cast<const char*>(b.data) + at[i / W][i % W] * bytesOf(D);
  }
  vf total[R][V];
  int64_t begin = 0;
  do {  // once where there is nothing to sum
    const int64_t end = least(begin + kDepth, depth);
    Ahead ahead = end < depth ? Ahead(b, D, j, V * W, end, least(kDepth, depth - end))
                              : Ahead(b, D, j + V * W, V * W, 0, least(kDepth, depth));
    vf sum[R][V] = {};
    for (int64_t q = begin; q < end; q += kStep) {
      for (int v = 0; v < V; ++v) {
        vf r[W];
        ahead.fetch(kLines);
        if (kWords && end - q >= kStep && !b.round) {
          loadTransposed(from[v], q * bytesOf(D), r);
#pragma GCC unroll 16
          for (int i = 0; i < W; ++i)
            for (int c = 0; c < kPer; ++c) {
              const vf right = partOf<D>(r[i], c);
              for (int row = 0; row < R; ++row)
                sum[row][v] = Step::step(splat(a[row * lda + q + kPer * i + c]), right, sum[row][v]);
            }
        } else {
          for (int64_t p = q; p < least(end, q + kStep); p += W) {
            loadSquare<D>(b, at[v], p, end - p, 0, r);
            addSquare<Step>(a + p, lda, r, end - p, v, sum);
          }
        }
      }
    }
    addBlock(total, sum, begin == 0);
    begin = end;
  } while (begin < depth);
  storeRows(c, total, cols);
}

// The same from a packed weight, which is one stream; pairs of bf16 are numbers of 32 bits.
template <class Step, DType D, int R>
void fewPacked(const float* a, int64_t lda, const Operand& b, int64_t j, int64_t cols, int64_t depth,
               float* const* c) {
  constexpr int V = kVectors;
  const char* const from = packedAt(b, j);
  vf total[R][V];
  int64_t begin = 0;
  do {
    const int64_t end = least(begin + kDepth, depth);
    vf sum[R][V] = {};
    if constexpr (D == DType::bf16) {
      const uint16_t* at = reinterpret_cast<const uint16_t*>(from) + begin * kPanel;
      for (int64_t q = begin; q < end; q += 2, at += 2 * kPanel) {
        vu pair[V];
        for (int v = 0; v < V; ++v) {
          pair[v] = loadAs<vu>(at + 2 * W * v);
          __builtin_prefetch(at + 2 * W * v + 2048);
        }
        for (int row = 0; row < R; ++row)
          for (int v = 0; v < V; ++v)
            sum[row][v] = Step::step(splat(a[row * lda + q]), bitCast<vf>(pair[v] << 16), sum[row][v]);
        if (q + 1 == end) break;
        for (int row = 0; row < R; ++row)
          for (int v = 0; v < V; ++v)
            sum[row][v] =
                Step::step(splat(a[row * lda + q + 1]), bitCast<vf>(pair[v] & 0xffff0000), sum[row][v]);
      }
    } else {
      for (int64_t q = begin; q < end; ++q) {
        vf right[V];
        for (int v = 0; v < V; ++v) {
          const int64_t at = q * kPanel + v * W;
          if (at * bytesOf(D) % 64 == 0) __builtin_prefetch(from + at * bytesOf(D) + 4096);
          if constexpr (D == DType::f32)
            right[v] = load(reinterpret_cast<const float*>(from) + at);
          else
            right[v] = fromF16(loadAs<vh>(reinterpret_cast<const uint16_t*>(from) + at));
        }
        for (int row = 0; row < R; ++row)
          for (int v = 0; v < V; ++v)
            sum[row][v] = Step::step(splat(a[row * lda + q]), right[v], sum[row][v]);
      }
    }
    addBlock(total, sum, begin == 0);
    begin = end;
  } while (begin < depth);
  storeRows(c, total, cols);
}

template <class Step, DType D, int... R>
FewFn fewPackedOf(int64_t rows, std::integer_sequence<int, R...>) {
  static constexpr FewFn of[] = {fewPacked<Step, D, R + 1>...};
  return of[rows - 1];
}

template <class Step, DType D>
inline constexpr FewFn kFewOf[kFew] = {few<Step, D, 1>, few<Step, D, 2>, few<Step, D, 3>, few<Step, D, 4>};

struct Tiles {
  TileFn of[kRows][kVectors];
};
template <class Step, int... I>
constexpr Tiles tilesOf(std::integer_sequence<int, I...>) {
  Tiles tiles{};
  ((tiles.of[I / kVectors][I % kVectors] = tile<Step, I / kVectors + 1, I % kVectors + 1>), ...);
  return tiles;
}
template <class Step>
inline constexpr Tiles kTiles = tilesOf<Step>(std::make_integer_sequence<int, kRows * kVectors>{});

}  // namespace

TileFn tileOf(Sum sum, int64_t rows, int64_t vectors) {
#if VMM_HAS_BF16_DOT
  if (sum == Sum::pairs) return kTiles<Pairs>.of[rows - 1][vectors - 1];
#endif
  return (sum == Sum::squares ? kTiles<Squares> : kTiles<Products>).of[rows - 1][vectors - 1];
}

FewFn fewOf(Sum sum, int64_t rows, const Operand& b) {
  if (sum == Sum::squares) return kFewOf<Squares, DType::f32>[rows - 1];
  if (b.packed) {
    constexpr auto heights = std::make_integer_sequence<int, static_cast<int>(kFewPacked)>{};
#if VMM_HAS_BF16_DOT
    if (sum == Sum::pairs) return fewPackedOf<Pairs, DType::f32>(rows, heights);
#endif
    if (b.dtype == DType::f32) return fewPackedOf<Products, DType::f32>(rows, heights);
    if (b.dtype == DType::bf16) return fewPackedOf<Products, DType::bf16>(rows, heights);
    return fewPackedOf<Products, DType::f16>(rows, heights);
  }
  switch (b.dtype) {
    case DType::f32:
      return kFewOf<Products, DType::f32>[rows - 1];
    case DType::bf16:
      return kFewOf<Products, DType::bf16>[rows - 1];
    default:
      return kFewOf<Products, DType::f16>[rows - 1];
  }
}

}  // namespace vmm::cpu::VMM_ISA
