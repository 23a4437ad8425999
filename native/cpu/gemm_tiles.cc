// The register tiles of gemm.h, all sizes up to kRows rows and kVectors vectors, in a file of their own because
// every kernel that multiplies shares them.
#include "native/cpu/gemm.h"
#include "native/cpu/kernel.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {
namespace {

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
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      const int64_t n = cols - v * W;
      float* to = c[r] + v * W;
      storeUpTo(to, first ? sum[r][v] : loadUpTo(to, n) + sum[r][v], n);
    }
  }
}

template <class Step>
struct Tiles {
  TileFn of[kRows][kVectors];
  constexpr Tiles() : of{} { fill(std::make_integer_sequence<int, kRows * kVectors>{}); }
  template <int... I>
  constexpr void fill(std::integer_sequence<int, I...>) {
    ((of[I / kVectors][I % kVectors] = tile<Step, I / kVectors + 1, I % kVectors + 1>), ...);
  }
};
template <class Step>
inline constexpr Tiles<Step> kTiles{};

}  // namespace

TileFn Times::tile(int64_t rows, int64_t vectors) { return kTiles<Times>.of[rows - 1][vectors - 1]; }
TileFn SquaredDifference::tile(int64_t rows, int64_t vectors) {
  return kTiles<SquaredDifference>.of[rows - 1][vectors - 1];
}

}  // namespace vmm::cpu::VMM_ISA
