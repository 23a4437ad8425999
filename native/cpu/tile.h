// Small matrix products on data in cache: c[m][n] += sum over k of a[m, k] * b[k][n]. Every element is one chain of
// fma in the order of k, so its bits do not depend on the tile it falls in, nor on M and N.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// One tile of M rows and V vectors; `last` < W floats of the last vector count where `partial`.
template <int M, int V, bool partial>
VMM_INLINE void tile(float* c, int64_t ldc, const float* a, int64_t am, int64_t ak, const float* b, int64_t ldb,
                     int64_t K, int64_t last) {
  vf sum[M][V];
  for (int m = 0; m < M; ++m)
    for (int v = 0; v < V; ++v) {
      const float* from = c + m * ldc + v * W;
      sum[m][v] = partial ? loadPart(from, last) : load(from);
    }
  for (int64_t k = 0; k < K; ++k) {
    vf right[V];
    for (int v = 0; v < V; ++v) {
      const float* from = b + k * ldb + v * W;
      right[v] = partial ? loadPart(from, last) : load(from);
    }
    for (int m = 0; m < M; ++m) {
      const vf left = splat(a[m * am + k * ak]);
      for (int v = 0; v < V; ++v) sum[m][v] = fma(left, right[v], sum[m][v]);
    }
  }
  for (int m = 0; m < M; ++m)
    for (int v = 0; v < V; ++v) {
      float* to = c + m * ldc + v * W;
      partial ? storePart(to, sum[m][v], last) : store(to, sum[m][v]);
    }
}

template <int M, int V>
VMM_INLINE void tileRow(float* c, int64_t ldc, const float* a, int64_t am, int64_t ak, const float* b, int64_t ldb,
                        int64_t N, int64_t K) {
  int64_t n = 0;
  for (; n + V * W <= N; n += V * W) tile<M, V, false>(c + n, ldc, a, am, ak, b + n, ldb, K, 0);
  for (; n + W <= N; n += W) tile<M, 1, false>(c + n, ldc, a, am, ak, b + n, ldb, K, 0);
  if (n < N) tile<M, 1, true>(c + n, ldc, a, am, ak, b + n, ldb, K, N - n);
}

// c: [M, N] with rows ldc apart; a[m, k] is at m * am + k * ak; b: [K, N] with rows ldb apart.
inline void multiplyAdd(float* c, int64_t ldc, const float* a, int64_t am, int64_t ak, const float* b, int64_t ldb,
                        int64_t M, int64_t N, int64_t K) {
  // As many sums as registers hold beside one row of b; a single row needs more vectors to hide latency.
#if VMM_ISA_AVX512 || VMM_ISA_NEON
  constexpr int wide = 4;
#else
  constexpr int wide = 2;
#endif
  constexpr int wider = W == 16 ? 4 : 8;
  int64_t m = 0;
  for (; m + 4 <= M; m += 4) tileRow<4, wide>(c + m * ldc, ldc, a + m * am, am, ak, b, ldb, N, K);
  for (; m < M; ++m) tileRow<1, wider>(c + m * ldc, ldc, a + m * am, am, ak, b, ldb, N, K);
}

// to[j][i] = from[i][j] for i < rows, j < cols; rows of `from` are ldf apart, rows of `to` ldt.
inline void transposeInto(float* to, int64_t ldt, const float* from, int64_t ldf, int64_t rows, int64_t cols) {
  typedef float v4 __attribute__((vector_size(16)));
  int64_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    int64_t j = 0;
    for (; j + 4 <= cols; j += 4) {
      v4 r[4];
      for (int u = 0; u < 4; ++u) std::memcpy(&r[u], from + (i + u) * ldf + j, 16);
      const v4 a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5), b = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
      const v4 c = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7), d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
      const v4 t[4] = {__builtin_shufflevector(a, b, 0, 1, 4, 5), __builtin_shufflevector(a, b, 2, 3, 6, 7),
                       __builtin_shufflevector(c, d, 0, 1, 4, 5), __builtin_shufflevector(c, d, 2, 3, 6, 7)};
      for (int u = 0; u < 4; ++u) std::memcpy(to + (j + u) * ldt + i, &t[u], 16);
    }
    for (; j < cols; ++j)
      for (int u = 0; u < 4; ++u) to[j * ldt + i + u] = from[(i + u) * ldf + j];
  }
  for (; i < rows; ++i)
    for (int64_t j = 0; j < cols; ++j) to[j * ldt + i] = from[i * ldf + j];
}

}  // namespace vmm::cpu::VMM_ISA
