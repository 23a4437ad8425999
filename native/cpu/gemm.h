// The core of all dense products: C[i, j] = sum over p of A[i, p] * B[p, j], in panels.
// A block of C keeps its panels of A in L2 while each panel of B is packed into L1 and met by all of them; a
// tile of kRows x kCols is held in registers. The sum of an element runs over p in blocks of kDepth: within a
// block one chain of fma from zero, then the blocks added in order. So its bits depend on A's row, B's column
// and the depth, never on the size of C, the tile that an element falls into, or who computes it.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/pack.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// Tiles that fill the registers of each set and leave room for one row of B and one element of A.
#if VMM_ISA_NEON
inline constexpr int kRows = 8, kVectors = 3;
#else
inline constexpr int kRows = W == 16 ? 14 : W == 8 ? 6 : 4, kVectors = 2;
#endif
inline constexpr int kCols = kVectors * W;
inline constexpr int64_t kDepth = 256;
inline constexpr int64_t kBlockRows = 32 * kRows;

struct Times {
  static VMM_INLINE vf step(vf a, vf b, vf sum) { return fma(a, b, sum); }
};
struct SquaredDifference {
  static VMM_INLINE vf step(vf a, vf b, vf sum) {
    const vf d = a - b;
    return fma(d, d, sum);
  }
};

// One tile: R rows of A (a[p * R + r]) by V vectors of B (b[p * ldb + ...]), stored to or added to rows of C.
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

using TileFn = void (*)(const float*, const float*, int64_t, int64_t, float* const*, int64_t, bool);
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

// C = A B with C in rows of `ldc` floats; row i of C is at rows[i] where a list is given.
struct Product {
  Operand a, b;
  int64_t depth;
  float* c;
  int64_t ldc;
  const int32_t* rows = nullptr;

  float* row(int64_t i) const { return c + (rows ? rows[i] : i) * ldc; }
};

// Part of C: rows i0 ... i1 and columns j0 ... j1.
struct Block {
  int64_t i0, i1, j0, j1;
};

// Bytes of scratch that a block needs: its panels of A with room to write behind each, and one of B.
inline size_t blockScratch(const Block& k) {
  const int64_t rows = k.i1 - k.i0;
  return static_cast<size_t>((rows * kDepth + (rows / kRows + 1) * W + kDepth * kCols) * 4);
}

// Computes a block of at most kBlockRows rows. done(i, j, cols) is called for each finished piece of a row of
// C while it is in L1.
template <class Step, class Done>
void multiply(const Product& g, const Block& k, float* scratch, Parallel& p, Done done) {
  const int64_t rows = k.i1 - k.i0, panels = (rows + kRows - 1) / kRows;
  float* const right = scratch;
  float* const left = right + kDepth * kCols;
  const bool bare = rows == 1 && g.a.dtype == DType::f32 && g.a.deep == 1 && !g.a.deeps && !g.a.round;
  const bool direct = rows <= kRows && g.b.dtype == DType::f32 && g.b.lane == 1 && !g.b.lanes && !g.b.deeps &&
                      !g.b.round;
  int64_t at = 0;
  do {  // once where there is nothing to sum
    const int64_t depth = g.depth - at < kDepth ? g.depth - at : kDepth;
    const bool first = at == 0, last = at + depth == g.depth;
    // Rows are spread evenly over the panels, so that no thin panel is left over.
    const auto start = [&](int64_t panel) { return k.i0 + rows * panel / panels; };
    const auto leftPanel = [&](int64_t panel) { return left + (start(panel) - k.i0) * depth + panel * W; };
    // Where rows of A are neighbours in memory, a few steps of the depth at a time for all of them.
    const int64_t slice = g.a.lane == 1 ? 16 : depth;
    for (int64_t q = 0; q < depth && !bare; q += slice)
      for (int64_t panel = 0; panel < panels; ++panel) {
        const int64_t i = start(panel), n = start(panel + 1) - i, rest = depth - q;
        pack(g.a, i, n, at + q, rest < slice ? rest : slice, leftPanel(panel) + q * n, n);
      }
    for (int64_t j = k.j0; j < k.j1; j += kCols) {
      const int64_t cols = k.j1 - j < kCols ? k.j1 - j : kCols, vectors = (cols + W - 1) / W;
      const float* b = right;
      int64_t ldb = vectors * W;
      if (direct && cols % W == 0) {
        b = static_cast<const float*>(g.b.data) + at * g.b.deep + j;
        ldb = g.b.deep;
      } else {
        pack(g.b, j, cols, at, depth, right, ldb);
      }
      for (int64_t panel = 0; panel < panels; ++panel) {
        const int64_t i = start(panel), n = start(panel + 1) - i;
        float* to[kRows];
        for (int64_t r = 0; r < n; ++r) to[r] = g.row(i + r) + j;
        const float* a = leftPanel(panel);
        if (bare) a = static_cast<const float*>(g.a.data) + g.a.laneAt(i) + at;
        kTiles<Step>.of[n - 1][vectors - 1](a, b, ldb, depth, to, cols, first);
        if (last)
          for (int64_t r = 0; r < n; ++r) done(i + r, j, cols);
      }
      if (p.cancelled()) return;
    }
    at += depth;
  } while (at < g.depth);
}

// A grid of blocks over C, fine enough to share between the workers and coarse enough to be worth a chunk.
// Its shape may follow the machine: bits do not depend on it.
struct Grid {
  int64_t m, n, rowStep, colStep;

  Grid(int64_t m, int64_t n, int64_t depth, int64_t batches, int workers) : m(m), n(n) {
    rowStep = m < kBlockRows ? m : kBlockRows;
    colStep = 512;
    while (batches * blocks() < 4 * workers && cost(depth) > 200000)
      if (colStep > 2 * kCols && (colStep >= rowStep || rowStep <= 2 * kRows))
        colStep /= 2;
      else if (rowStep > 2 * kRows)
        rowStep = (rowStep / 2 + kRows - 1) / kRows * kRows;
      else
        break;
    colStep = (colStep + kCols - 1) / kCols * kCols;
  }
  int64_t blocks() const {
    return m == 0 || n == 0 ? 0 : (m + rowStep - 1) / rowStep * ((n + colStep - 1) / colStep);
  }
  // Blocks of one column of the grid follow each other.
  Block block(int64_t index) const {
    const int64_t down = (m + rowStep - 1) / rowStep;
    const int64_t i = index % down * rowStep, j = index / down * colStep;
    return {i, i + rowStep < m ? i + rowStep : m, j, j + colStep < n ? j + colStep : n};
  }
  // Cycles of a block, about: products, and one per packed element.
  int64_t cost(int64_t depth) const {
    return depth * (rowStep * colStep / (2 * W) + rowStep + colStep) + 1000;
  }
  // Blocks that are worth a chunk.
  int64_t grain(int64_t depth) const { return 1 + 100000 / cost(depth); }
};

}  // namespace vmm::cpu::VMM_ISA
