// Small matrix products on data in cache: c[m][n] += sum over k of a[m, k] * b[k][n]. Every element is one
// chain of fma in the order of k, so its bits do not depend on the tile it falls in, nor on M and N.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/pack.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

struct Left {
  const float* at;
  int64_t row, step;  // a[m, k] is at m * row + k * step
};
struct Right {
  const float* at;
  int64_t row;  // b[k][n] is at k * row + n
};
struct Target {
  float* at;
  int64_t row;  // c[m][n] is at m * row + n
};

// One tile of M rows and V vectors; `last` < W floats of the one vector count where `partial`. `fresh`: the
// sums begin at zero, whatever c holds.
template <int M, int V, bool partial, bool fresh>
VMM_INLINE void tile(Target c, Left a, Right b, int64_t K, int64_t last) {
  vf sum[M][V] = {};
  for (int m = 0; m < M && !fresh; ++m)
    for (int v = 0; v < V; ++v) {
      const float* from = c.at + m * c.row + v * W;
      sum[m][v] = partial ? loadPart(from, last) : load(from);
    }
  for (int64_t k = 0; k < K; ++k) {
    vf right[V];
    for (int v = 0; v < V; ++v) {
      const float* from = b.at + k * b.row + v * W;
      right[v] = partial ? loadPart(from, last) : load(from);
    }
    for (int m = 0; m < M; ++m) {
      const vf left = splat(a.at[m * a.row + k * a.step]);
      for (int v = 0; v < V; ++v) sum[m][v] = fma(left, right[v], sum[m][v]);
    }
  }
  for (int m = 0; m < M; ++m)
    for (int v = 0; v < V; ++v) {
      float* to = c.at + m * c.row + v * W;
      partial ? storePart(to, sum[m][v], last) : store(to, sum[m][v]);
    }
}

template <int M, int V, bool fresh>
VMM_INLINE void tileRow(Target c, Left a, Right b, int64_t N, int64_t K) {
  int64_t n = 0;
  for (; n + V * W <= N; n += V * W) tile<M, V, false, fresh>({c.at + n, c.row}, a, {b.at + n, b.row}, K, 0);
  for (; n + W <= N; n += W) tile<M, 1, false, fresh>({c.at + n, c.row}, a, {b.at + n, b.row}, K, 0);
  if (n < N) tile<M, 1, true, fresh>({c.at + n, c.row}, a, {b.at + n, b.row}, K, N - n);
}

// Not inlined: among other code its sums would not all keep to registers.
template <bool fresh>
__attribute__((noinline)) void multiplyOnto(Target c, Left a, Right b, int64_t M, int64_t N, int64_t K) {
  // As many sums as registers hold beside one row of b; a single row needs more vectors to hide latency.
#if VMM_ISA_AVX512 || VMM_ISA_NEON
  constexpr int wide = 4;
#else
  constexpr int wide = 2;
#endif
  constexpr int wider = W == 16 ? 4 : 8;
  int64_t m = 0;
  for (; m + 4 <= M; m += 4)
    tileRow<4, wide, fresh>({c.at + m * c.row, c.row}, {a.at + m * a.row, a.row, a.step}, b, N, K);
  for (; m < M; ++m)
    tileRow<1, wider, fresh>({c.at + m * c.row, c.row}, {a.at + m * a.row, a.row, a.step}, b, N, K);
}
inline void multiplyAdd(Target c, Left a, Right b, int64_t M, int64_t N, int64_t K) {
  multiplyOnto<false>(c, a, b, M, N, K);
}
// c = a b, without a look at what c was.
inline void multiply(Target c, Left a, Right b, int64_t M, int64_t N, int64_t K) {
  multiplyOnto<true>(c, a, b, M, N, K);
}

// to[j][i] = from[i][j] for begin <= i < rows, first <= j < cols: in squares of 4, and one by one.
inline void transposeFours(Target to, Right from, int64_t begin, int64_t rows, int64_t first, int64_t cols) {
  typedef float v4 __attribute__((vector_size(16)));
  int64_t i = begin;
  for (; i + 4 <= rows; i += 4) {
    const float* source = from.at + i * from.row;
    float* target = to.at + i;
    int64_t j = first;
    for (; j + 4 <= cols; j += 4) {
      v4 r[4];
      for (int u = 0; u < 4; ++u) std::memcpy(&r[u], source + u * from.row + j, 16);
      const v4 a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
      const v4 b = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
      const v4 c = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
      const v4 d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
      const v4 t[4] = {__builtin_shufflevector(a, b, 0, 1, 4, 5), __builtin_shufflevector(a, b, 2, 3, 6, 7),
                       __builtin_shufflevector(c, d, 0, 1, 4, 5), __builtin_shufflevector(c, d, 2, 3, 6, 7)};
      for (int u = 0; u < 4; ++u) std::memcpy(target + (j + u) * to.row, &t[u], 16);
    }
    for (; j < cols; ++j)
      for (int u = 0; u < 4; ++u) target[j * to.row + u] = source[u * from.row + j];
  }
  for (; i < rows; ++i)
    for (int64_t j = first; j < cols; ++j) to.at[j * to.row + i] = from.at[i * from.row + j];
}

// to[j][i] = from[i][j] for i < rows, j < cols. Vectors of 16 go in squares of 16 as far as those reach.
inline void transposeInto(Target to, Right from, int64_t rows, int64_t cols) {
  const int64_t wholeRows = W == 16 ? rows / W * W : 0, wholeCols = W == 16 ? cols / W * W : 0;
  for (int64_t i = 0; i < wholeRows; i += W)
    for (int64_t j = 0; j < wholeCols; j += W) {
      vf r[W];
#pragma GCC unroll 16
      for (int u = 0; u < W; ++u) r[u] = load(from.at + (i + u) * from.row + j);
      transpose(r);
#pragma GCC unroll 16
      for (int u = 0; u < W; ++u) store(to.at + (j + u) * to.row + i, r[u]);
    }
  transposeFours(to, from, 0, wholeRows, wholeCols, cols);
  transposeFours(to, from, wholeRows, rows, 0, cols);
}

}  // namespace vmm::cpu::VMM_ISA
