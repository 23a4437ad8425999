// The core of all dense products: C[i, j] = sum over p of A[i, p] * B[p, j], in panels.
// A block of C keeps its panels of A in L2 while each panel of B is packed into L1 and met by all of them; a
// tile of kRows x kCols is held in registers. The sum of an element runs over p in blocks of kDepth: within a
// block one chain of fma from zero, then the blocks added in order. So its bits depend on A's row, B's column
// and the depth, never on the size of C, the tile that an element falls into, or who computes it.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/pack.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// Tiles that fill the registers of each set and leave room for one row of B and one element of A.
#if VMM_ISA_NEON
inline constexpr int kRows = 8, kVectors = 3;
#else
inline constexpr int kRows = W == 16 ? 14 : W == 8 ? 6 : 4, kVectors = 2;
#endif
inline constexpr int kCols = kVectors * W;
inline constexpr int64_t kDepth = 512;
inline constexpr int64_t kBlockRows = 16 * kRows;

// R rows of A (a[p * R + r]) by V vectors of B (b[p * ldb + ...]), stored to or added to rows of C.
using TileFn = void (*)(const float* a, const float* b, int64_t ldb, int64_t depth, float* const* c,
                        int64_t cols, bool first);

// Up to kFew rows (a[r * lda + p]), or kFewPacked where B is packed, by up to kCols lanes of B from j on,
// read where they are, over the whole depth: B passes through the registers once. Where it is packed, twice
// as many rows are still few: they meet a panel that is in cache by then.
inline constexpr int64_t kFew = 4;
#if VMM_ISA_AVX512 || VMM_ISA_NEON
inline constexpr int64_t kFewPacked = 8;
#else
inline constexpr int64_t kFewPacked = 4;
#endif
using FewFn = void (*)(const float* a, int64_t lda, const Operand& b, int64_t j, int64_t cols, int64_t depth,
                       float* const* c);

// What a product sums: a b, (a - b)^2, or a b + a' b' of pairs of bf16. Their tiles are compiled once, in
// gemm_tiles.cc.
enum class Sum { products, squares, pairs };
TileFn tileOf(Sum sum, int64_t rows, int64_t vectors);
FewFn fewOf(Sum sum, int64_t rows, const Operand& b);

// C = A B with C in rows of `ldc` floats; row i of C is at rows[i] where a list is given.
struct Product {
  Operand a, b;
  int64_t depth;
  float* c;
  int64_t ldc;
  const int32_t* rows = nullptr;
  Sum sum = Sum::products;

  float* row(int64_t i) const { return c + (rows ? rows[i] : i) * ldc; }
};

// The product of both sides rounded to bf16: in pairs where the set has an instruction for them. A pair is
// one number of a panel then, and the depth counts pairs.
inline void roundOperands(Product& g) {
#if VMM_HAS_BF16_DOT
  g.sum = Sum::pairs;
  g.a.elements = g.b.elements = g.depth;
  g.depth = (g.depth + 1) / 2;
#else
  g.a.round = g.b.round = true;
#endif
}

// Whether B passes through the registers while a few rows of A wait there: read once and as it lies.
inline bool isFew(const Product& g, int64_t rows) {
  if (g.b.packed) return rows <= (g.sum == Sum::pairs ? kFewPacked : 2 * kFewPacked);
  return rows <= kFew && g.b.deep == 1 && !g.b.deeps && g.sum != Sum::pairs;
}

// Part of C: rows i0 ... i1 and columns j0 ... j1.
struct Block {
  int64_t i0, i1, j0, j1;
};

// Bytes of scratch for a few whole rows.
inline size_t fewScratch(int64_t rows, int64_t depth) { return static_cast<size_t>(rows * depth + W) * 4; }
// Bytes of scratch that a block needs: its panels of A with room to write behind each, and one of B; or a few
// whole rows.
inline size_t blockScratch(const Block& k, int64_t depth) {
  const int64_t rows = k.i1 - k.i0;
  const auto bytes = static_cast<size_t>(rows * kDepth + (rows / kRows + 1) * W + kDepth * kCols) * 4;
  const size_t few = fewScratch(rows, depth);
  return rows <= 2 * kFewPacked && few > bytes ? few : bytes;
}

// Part of the depth, and the panels of each side for it.
struct Slice {
  int64_t at, depth;
  bool first, last;

  Slice(const Product& g, int64_t at) : at(at), depth(g.depth - at < kDepth ? g.depth - at : kDepth) {
    first = at == 0;
    last = at + depth == g.depth;
  }
};

// Rows of C, spread evenly over panels so that no thin one is left over.
struct Panels {
  int64_t begin, rows, count;

  Panels(int64_t begin, int64_t end) : begin(begin), rows(end - begin), count((rows + kRows - 1) / kRows) {}
  int64_t start(int64_t panel) const { return begin + rows * panel / count; }
  int64_t height(int64_t panel) const { return start(panel + 1) - start(panel); }
  // Where a panel lies behind the others of a slice; packing one writes up to W - 1 floats behind it.
  int64_t offset(int64_t panel, int64_t depth) const { return (start(panel) - begin) * depth + panel * W; }
};

inline int64_t vectorsOf(int64_t cols) { return (cols + W - 1) / W; }

// Columns from j on that one panel of B holds.
inline int64_t panelCols(const Product& g, int64_t j, int64_t end) {
  const int64_t cols = least(kCols, end - j);
  return g.b.packed ? least(cols, kPanel - j % kPanel) : cols;
}

// B can be read where it is.
inline bool readable(const Product& g) {
  const Operand& b = g.b;
  if (b.packed) return b.dtype == (g.sum == Sum::pairs ? DType::bf16 : DType::f32);
  return b.dtype == DType::f32 && g.sum != Sum::pairs && b.lane == 1 && !b.lanes && !b.deeps && !b.round;
}
struct Panel {
  const float* at;
  int64_t ld;
};
inline Panel readPanel(const Operand& b, int64_t j, int64_t begin) {
  if (b.packed) return {reinterpret_cast<const float*>(packedAt(b, j)) + begin * kPanel, kPanel};
  return {static_cast<const float*>(b.data) + begin * b.deep + j, b.deep};
}

// The tiles of some panels of A with one panel of B.
template <class Done>
VMM_INLINE void multiplyPanel(const Product& g, const Slice& s, const Panels& rows, int64_t from, int64_t to,
                              const float* left, int64_t j, int64_t cols, const Panel& b, const float* next,
                              Done& done) {
  const int64_t ahead = s.depth * kCols;
  for (int64_t panel = from; panel < to; ++panel) {
    const int64_t i = rows.start(panel), n = rows.height(panel);
    float* c[kRows];
    for (int64_t r = 0; r < n; ++r) {
      c[r] = g.row(i + r) + j;
      for (int64_t v = 0; v < cols; v += 16) __builtin_prefetch(c[r] + v, 1);
    }
    if (next)
      for (int64_t at = ahead * (panel - from) / (to - from); at < ahead * (panel + 1 - from) / (to - from);
           at += 16)
        __builtin_prefetch(next + at, 0, 2);
    tileOf(g.sum, n, vectorsOf(cols))(left + rows.offset(panel, s.depth), b.at, b.ld, s.depth, c, cols,
                                      s.first);
    if (s.last)
      for (int64_t r = 0; r < n; ++r) done(i + r, j, cols);
  }
}

// A few rows of A as its products want them: where they are, or in memory of fewScratch.
struct FewRows {
  const float* at;
  int64_t ld;

  FewRows(const Product& g, int64_t first, int64_t rows, float* memory) : at(memory), ld(g.depth) {
    if (g.sum != Sum::pairs && g.a.dtype == DType::f32 && g.a.deep == 1 && !g.a.deeps && !g.a.round &&
        (rows == 1 || !g.a.lanes)) {
      at = static_cast<const float*>(g.a.data) + g.a.laneAt(first);
      ld = g.a.lane;
    } else {
      for (int64_t r = 0; r < rows; ++r) pack(g.a, first + r, 1, 0, g.depth, memory + r * ld, 1);
    }
  }
};

// Rows of A by lanes of B that lie along the depth.
template <class Done>
void multiplyFew(const Product& g, const Block& k, const FewRows& a, Parallel& p, Done done) {
  const int64_t rows = k.i1 - k.i0;
  for (int64_t j = k.j0; j < k.j1 && !p.cancelled();) {
    const int64_t cols = panelCols(g, j, k.j1);
    const int64_t parts = rows > kFewPacked ? 2 : 1;
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t first = rows * part / parts, n = rows * (part + 1) / parts - first;
      float* c[kFewPacked];
      for (int64_t r = 0; r < n; ++r) c[r] = g.row(k.i0 + first + r) + j;
      fewOf(g.sum, n, g.b)(a.at + first * a.ld, a.ld, g.b, j, cols, g.depth, c);
      for (int64_t r = 0; r < n; ++r) done(k.i0 + first + r, j, cols);
    }
    j += cols;
  }
}

// Computes a block of at most kBlockRows rows by itself. done(i, j, cols) is called for each finished piece
// of a row of C while it is in L1.
template <class Done>
void multiply(const Product& g, const Block& k, float* scratch, Parallel& p, Done done) {
  if (isFew(g, k.i1 - k.i0)) return multiplyFew(g, k, FewRows(g, k.i0, k.i1 - k.i0, scratch), p, done);
  const Panels rows(k.i0, k.i1);
  float* const right = scratch;
  float* const left = right + kDepth * kCols;
  const bool bare = rows.rows == 1 && g.sum != Sum::pairs && g.a.dtype == DType::f32 && g.a.deep == 1 &&
                    !g.a.deeps && !g.a.round;
  const bool direct = readable(g) && (rows.count == 1 || g.b.packed);
  int64_t at = 0;
  do {  // once where there is nothing to sum
    const Slice s(g, at);
    // Where rows of A are neighbours in memory, a few steps of the depth at a time for all of them.
    const int64_t step = g.a.lane == 1 ? 16 : s.depth;
    for (int64_t q = 0; q < s.depth && !bare; q += step)
      for (int64_t panel = 0; panel < rows.count; ++panel) {
        const int64_t n = rows.height(panel), rest = s.depth - q;
        pack(g.a, rows.start(panel), n, at + q, rest < step ? rest : step,
             left + rows.offset(panel, s.depth) + q * n, n);
      }
    const float* const packed = bare ? static_cast<const float*>(g.a.data) + g.a.laneAt(k.i0) + at : left;
    for (int64_t j = k.j0, cols; j < k.j1; j += cols) {
      cols = panelCols(g, j, k.j1);
      Panel b{right, vectorsOf(cols) * W};
      if (direct && (cols % W == 0 || g.b.packed))
        b = readPanel(g.b, j, at);
      else
        pack(g.b, j, cols, at, s.depth, right, b.ld);
      multiplyPanel(g, s, rows, 0, rows.count, packed, j, cols, b, nullptr, done);
      if (p.cancelled()) return;
    }
    at += s.depth;
  } while (at < g.depth);
}

// A grid of blocks over C, fine enough to share between the workers and coarse enough to be worth a chunk.
// Its shape may follow the machine: bits do not depend on it.
struct Grid {
  int64_t m, n, rowStep, colStep;

  Grid(int64_t m, int64_t n, int64_t depth, int64_t batches, int workers) : m(m), n(n) {
    rowStep = m < kBlockRows ? m : kBlockRows;
    colStep = 1024;
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

// Whether products are worth computing one after the other, each by all workers.
inline bool shareable(int64_t m, int64_t n, int64_t depth, int64_t products) {
  return m > kRows && (products == 1 || m * n * depth > int64_t{1} << 26);
}

// Memory for the panels of one product after the other.
struct SharedPanels {
  float* data = nullptr;
  int64_t floats = 0;

  float* atLeast(int64_t count, Parallel& p) {
    if (count <= floats) return data;
    floats = most(count, 2 * floats);
    data = static_cast<float*>(p.shared(static_cast<size_t>(floats) * 4));
    return data;
  }
};

// Computes all of C with each element of A and B packed once, for all workers to read: a part of the depth at
// a time, so that what is packed stays in L3. For more than one panel of A.
template <class Done>
void multiplyWhole(const Product& g, int64_t m, int64_t n, SharedPanels& memory, Parallel& p, Done done) {
  constexpr int64_t kGroup = 4096, kFloats = 2 << 20;
  const Grid grid(m < kGroup ? m : kGroup, n < kGroup ? n : kGroup, g.depth, 1, p.workers());
  const int64_t down = (grid.m + grid.rowStep - 1) / grid.rowStep;
  const bool shareB = down > 1 && !g.b.packed;
  const int64_t perDepth = grid.m + (shareB ? grid.n : 0) + 1;
  int64_t slices = kFloats / perDepth / kDepth;
  const int64_t all = (g.depth + kDepth - 1) / kDepth;
  slices = most(1, least(slices, all));

  const int64_t leftSlice = grid.m * kDepth + (grid.m / kRows + 1) * W;
  const int64_t rightSlice = shareB ? (grid.n + kCols) * kDepth : 0;
  float* const left = memory.atLeast(slices * (leftSlice + rightSlice), p);
  if (!left) return;
  float* const right = left + slices * leftSlice;

  for (int64_t j0 = 0; j0 < n; j0 += kGroup)
    for (int64_t i0 = 0; i0 < m; i0 += kGroup) {
      const Panels rows(i0, i0 + kGroup < m ? i0 + kGroup : m);
      const int64_t j1 = j0 + kGroup < n ? j0 + kGroup : n;
      const Grid units(rows.rows, j1 - j0, g.depth, 1, p.workers());
      const int64_t rightPanels = shareB ? (j1 - j0 + kCols - 1) / kCols : 0,
                    panels = rows.count + rightPanels;
      for (int64_t begin = 0; begin == 0 || begin < g.depth; begin += slices * kDepth) {
        const int64_t parts = most(1, least(slices, (g.depth - begin + kDepth - 1) / kDepth));
        p.chunks(parts * panels, 8, [&](int64_t from, int64_t to, int) {
          for (int64_t at = from; at < to; ++at) {
            const int64_t part = at / panels, panel = at % panels;
            const Slice s(g, begin + part * kDepth);
            if (panel < rows.count) {
              const int64_t h = rows.height(panel);
              pack(g.a, rows.start(panel), h, s.at, s.depth,
                   left + part * leftSlice + rows.offset(panel, s.depth), h);
            } else {
              const int64_t j = (panel - rows.count) * kCols, cols = least(kCols, j1 - j0 - j);
              pack(g.b, j0 + j, cols, s.at, s.depth, right + part * rightSlice + j * kDepth,
                   vectorsOf(cols) * W);
            }
          }
        });
        p.chunks(units.blocks(), 1, [&](int64_t first, int64_t end, int worker) {
          float* own = shareB ? nullptr : static_cast<float*>(p.scratch(worker, kDepth * kCols * 4));
          for (int64_t at = first; at < end; ++at) {
            const Block k = units.block(at);
            const int64_t from = k.i0 / kRows, to = least((k.i1 + kRows - 1) / kRows, rows.count);
            for (int64_t part = 0; part < parts; ++part) {
              const Slice s(g, begin + part * kDepth);
              for (int64_t j = k.j0, cols; j < k.j1; j += cols) {
                cols = panelCols(g, j0 + j, j0 + k.j1);
                Panel b{right + part * rightSlice + j * kDepth, vectorsOf(cols) * W};
                const float* const next = shareB && j + kCols < k.j1 ? b.at + kDepth * kCols : nullptr;
                if (g.b.packed && readable(g)) {
                  b = readPanel(g.b, j0 + j, s.at);
                } else if (!shareB) {
                  pack(g.b, j0 + j, cols, s.at, s.depth, own, b.ld);
                  b.at = own;
                }
                multiplyPanel(g, s, rows, from, to, left + part * leftSlice, j0 + j, cols, b, next, done);
                if (p.cancelled()) return;
              }
            }
          }
        });
        if (p.cancelled()) return;
      }
    }
}

}  // namespace vmm::cpu::VMM_ISA
