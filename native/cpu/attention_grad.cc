// attention_grad: with P[i, j] = exp(q_i k_j * scale + bias - lse_i), g = upstream and D_i = g_i y_i:
//   dS[i, j] = P[i, j] (g_i v_j - D_i),        dBias[h, w] = sum of dS over the pairs that used bias[h, w],
//   dq_i = scale * sum_j dS[i, j] k_j,  dk_j = scale * sum_i dS[i, j] q_i,  dv_j = sum_i P[i, j] g_i.
// q, dq: [rows, heads, dk]; g, y: [rows, heads, dv]; k, dk: [keys, kvHeads, dk]; v, dv: [keys, kvHeads, dv].
// Two passes, each computing P and dS for itself: over blocks of queries for dq, then over blocks of keys for
// dk and dv, so that every sum has one owner and a fixed order (sequence, head, block of queries, query).
// Time goes to seven products of 2 * d flops per query and key.
#include "native/cpu/attention.h"
#include "native/cpu/kernel.h"
#include "native/cpu/power.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

// What a worker needs for one block of queries and one of keys.
struct Block {
  float *queries, *keys, *values, *p, *ds, *sums, *part;

  static int64_t floats(const AttentionShape& shape) {
    return kQueryBlock * shape.dk + 2 * kPackedStride * (shape.dk + shape.dv) + 2 * kQueryBlock * kKeyBlock +
           kKeyBlock * most(shape.dk, shape.dv);
  }
  Block(float* at, const AttentionShape& shape) {
    queries = at;
    keys = queries + kQueryBlock * shape.dk;
    values = keys + kPackedStride * shape.dk;
    p = values + kPackedStride * shape.dv;
    ds = p + kQueryBlock * kKeyBlock;
    sums = ds + kQueryBlock * kKeyBlock;
    part = sums + kPackedStride * (shape.dk + shape.dv);
  }
};

struct Gradient {
  const AttentionShape& shape;
  const op::AttentionGrad& a;
  const float* dots;  // D, [rows, heads]

  const float* upstream(int64_t row, int64_t head) const {
    return a.upstream.f32() + (row * shape.heads + head) * shape.dv;
  }

  // P and dS of the block for `n` keys from `key` (counted within the sequence) on; their packed columns
  // begin at `column`. Columns that a query does not see are zero, up to whole vectors.
  void weigh(const Block& to, const QueryBlock& block, int64_t key, int64_t n, int64_t column) const {
    const Sequence& s = block.sequence;
    const int64_t first = s.row + block.begin;
    multiplyPacked(to.p, {to.queries, shape.dk, 1}, to.keys + column, block.count, n, shape.dk);
    const Left g{upstream(first, block.head), shape.heads * shape.dv, 1};
    multiplyPacked(to.ds, g, to.values + column, block.count, n, shape.dv);
    const float* bias = shape.biasOf(block.head);
    for (int64_t r = 0; r < block.count; ++r) {
      const int64_t at = (first + r) * shape.heads + block.head;
      const float lse = a.lse.f32()[at];
      // A row that saw nothing has no finite lse.
      const int64_t seen = lse == -__builtin_inff() ? 0 : least(n, shape.seenBy(s, block.begin + r) - key);
      const int64_t position = block.begin + r + s.keys - s.rows;
      float* p = to.p + r * kKeyBlock;
      float* ds = to.ds + r * kKeyBlock;
      for (int64_t j = 0; j < n; j += W) {
        vf score = load(p + j);
        if (bias) score += biasAt(bias, shape.width, key + j - position);
        const vi sees = firstLanes(most(0, seen - j));
        const vf weight = powerOfE(score - splat(lse));
        store(p + j, choose(sees, weight, vf{}));
        store(ds + j, choose(sees, weight * (load(ds + j) - splat(dots[at])), vf{}));
      }
    }
  }

  // Adds dS of a block to the sums by distance.
  void addBias(float* sums, const Block& from, const QueryBlock& block, int64_t key, int64_t n) const {
    const Sequence& s = block.sequence;
    for (int64_t r = 0; r < block.count; ++r) {
      const int64_t position = block.begin + r + s.keys - s.rows;
      for (int64_t j = 0; j < n; ++j) {
        const int64_t entry = key + j - position + (shape.width - 1) / 2;
        sums[least(most(entry, 0), shape.width - 1)] += from.ds[r * kKeyBlock + j];
      }
    }
  }

  void queries(const QueryBlock& block, const Block& at, float* biasSums, Parallel& parallel) const {
    const Sequence& s = block.sequence;
    const int64_t kvHead = shape.kvHeadOf(block.head), ld = shape.heads * shape.dk;
    const int64_t last = shape.seenBy(s, block.begin + block.count - 1);
    float* dq = a.dq.f32() + (s.row + block.begin) * ld + block.head * shape.dk;
    for (int64_t r = 0; r < block.count; ++r) std::memset(dq + r * ld, 0, static_cast<size_t>(shape.dk) * 4);
    scaleQueries(shape, block, at.queries);
    for (int64_t key = 0; key < last && !parallel.cancelled(); key += kKeyBlock) {
      const int64_t n = least(kKeyBlock, last - key);
      const Right k = shape.keysFrom(s.key + key, kvHead);
      transposeInto({at.keys, kPackedStride}, k, n, shape.dk);
      transposeInto({at.values, kPackedStride}, shape.valuesFrom(s.key + key, kvHead), n, shape.dv);
      weigh(at, block, key, n, 0);
      multiplyAdd({dq, ld}, {at.ds, kKeyBlock, 1}, k, block.count, shape.dk, n);
      if (biasSums) addBias(biasSums, at, block, key, n);
    }
    for (int64_t r = 0; r < block.count; ++r)
      for (int64_t i = 0; i < shape.dk; i += W) {
        float* to = dq + r * ld + i;
        storeUpTo(to, loadUpTo(to, shape.dk - i) * splat(shape.scale), shape.dk - i);
      }
  }

  // dk and dv of `count` keys from row `begin` on, summed transposed over all sequences that have some.
  void keys(int64_t begin, int64_t count, int64_t kvHead, const Block& at, Parallel& parallel) const {
    float* dk = at.sums;
    float* dv = dk + kPackedStride * shape.dk;
    std::memset(at.sums, 0, static_cast<size_t>(kPackedStride * (shape.dk + shape.dv)) * 4);
    transposeInto({at.keys, kPackedStride}, shape.keysFrom(begin, kvHead), count, shape.dk);
    transposeInto({at.values, kPackedStride}, shape.valuesFrom(begin, kvHead), count, shape.dv);
    for (int64_t number = firstSequence(begin); number < shape.sequences; ++number) {
      const Sequence s = shape.at(number);
      const int64_t low = most(begin, s.key), n = least(begin + count, s.key + s.keys) - low;
      if (!shape.kvRange && s.key >= begin + count) break;
      if (n > 0) sequence(s, low - s.key, n, low - begin, kvHead, at, parallel);
      if (parallel.cancelled()) return;
    }
    for (int64_t j = 0; j < count; ++j) {
      float* toKey = a.dk.f32() + ((begin + j) * shape.kvHeads + kvHead) * shape.dk;
      float* toValue = a.dv.f32() + ((begin + j) * shape.kvHeads + kvHead) * shape.dv;
      for (int64_t i = 0; i < shape.dk; ++i) toKey[i] = dk[i * kPackedStride + j];
      for (int64_t i = 0; i < shape.dv; ++i) toValue[i] = dv[i * kPackedStride + j];
    }
  }

  // Without ranges the sequences are in the order of their keys, and those before `row` need no look.
  int64_t firstSequence(int64_t row) const {
    int64_t low = 0, high = shape.kvRange ? 0 : shape.sequences;
    while (low < high) {
      const int64_t middle = (low + high) / 2;
      if (shape.rowAt(middle + 1) > row)
        high = middle;
      else
        low = middle + 1;
    }
    return low;
  }

  void sequence(const Sequence& s, int64_t key, int64_t n, int64_t column, int64_t kvHead, const Block& at,
                Parallel& parallel) const {
    const int64_t group = shape.heads / shape.kvHeads;
    const Target dk{at.sums + column, kPackedStride};
    const Target dv{at.sums + kPackedStride * shape.dk + column, kPackedStride};
    const Right p{at.p, kKeyBlock}, ds{at.ds, kKeyBlock};
    // Blocks begin where they do for any other keys of the sequence: which rows are summed together must not
    // depend on what stands before the sequence.
    const int64_t first = shape.firstToSee(s, key) / kQueryBlock * kQueryBlock;
    for (int64_t head = kvHead * group; head < (kvHead + 1) * group; ++head)
      for (int64_t i = first; i < s.rows && !parallel.cancelled(); i += kQueryBlock) {
        const QueryBlock block{s, head, i, least(kQueryBlock, s.rows - i)};
        scaleQueries(shape, block, at.queries);
        weigh(at, block, key, n, column);
        const Left g{upstream(s.row + i, head), 1, shape.heads * shape.dv};
        addProduct(dv, g, p, shape.dv, n, block.count, at.part);
        addProduct(dk, {at.queries, 1, shape.dk}, ds, shape.dk, n, block.count, at.part);
      }
  }

  // to += a b, the product by itself first: a single chain over thousands of queries would lose digits.
  static void addProduct(Target to, Left a, Right b, int64_t d, int64_t n, int64_t count, float* part) {
    multiply({part, kKeyBlock}, a, b, d, wholeVectors(n), count);
    for (int64_t i = 0; i < d; ++i)
      for (int64_t j = 0; j < n; j += W) {
        float* sum = to.at + i * to.row + j;
        store(sum, load(sum) + load(part + i * kKeyBlock + j));
      }
  }
};

void dotRows(const op::AttentionGrad& a, float* dots, Parallel& p) {
  const int64_t dv = a.y.dim[2];
  p.chunks(a.y.dim[0] * a.y.dim[1], rowsPerChunk(dv, 32768), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row)
      dots[row] = sumRow(dv, [&](int64_t i, int64_t n) {
        return loadUpTo(a.y.f32() + row * dv + i, n) * loadUpTo(a.upstream.f32() + row * dv + i, n);
      });
  });
}

// dBias[h] = sum of the parts of its query blocks, in their order.
void sumBias(const AttentionShape& shape, const QueryBlocks& blocks, const float* parts, float* dBias,
             Parallel& p) {
  p.chunks(shape.heads, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t head = begin; head < end; ++head) {
      float* to = dBias + head * shape.width;
      std::memset(to, 0, static_cast<size_t>(shape.width) * 4);
      for (int64_t b = 0; b < blocks.count(); ++b) {
        if (blocks.at(b).head != head) continue;
        const float* part = parts + b * shape.width;
        for (int64_t i = 0; i < shape.width; i += W)
          addUpTo(to + i, loadUpTo(part + i, shape.width - i), shape.width - i);
      }
    }
  });
}

}  // namespace

void attention_grad(const op::AttentionGrad& a, Parallel& p) {
  const AttentionShape shape("attention_grad", a);
  if (!shape.verify(p)) return;
  const int64_t ld = shape.heads * shape.dk, spare = shape.rows - shape.lastRow();
  std::memset(a.dq.f32() + shape.lastRow() * ld, 0, static_cast<size_t>(spare * ld) * 4);

  float* dots = static_cast<float*>(p.shared(static_cast<size_t>(most(1, shape.rows * shape.heads)) * 4));
  dotRows(a, dots, p);
  const Gradient gradient{shape, a, dots};
  const size_t bytes = static_cast<size_t>(Block::floats(shape)) * 4;

  const QueryBlocks blocks(shape, p);
  const bool wantsBias = a.dBias && shape.width > 0;
  float* parts = nullptr;
  if (wantsBias)
    parts = static_cast<float*>(p.shared(static_cast<size_t>(blocks.count() * shape.width + 1) * 4));
  p.chunks(blocks.count(), blocks.grain(), [&](int64_t begin, int64_t end, int worker) {
    const Block at(static_cast<float*>(p.scratch(worker, bytes)), shape);
    for (int64_t i = begin; i < end; ++i) {
      float* part = wantsBias ? parts + i * shape.width : nullptr;
      if (part) std::memset(part, 0, static_cast<size_t>(shape.width) * 4);
      gradient.queries(blocks.at(i), at, part, p);
    }
  });
  if (wantsBias) sumBias(shape, blocks, parts, a.dBias.f32(), p);

  const int64_t keyBlocks = (shape.keys + kKeyBlock - 1) / kKeyBlock;
  p.chunks(keyBlocks * shape.kvHeads, 1, [&](int64_t begin, int64_t end, int worker) {
    const Block at(static_cast<float*>(p.scratch(worker, bytes)), shape);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i / shape.kvHeads * kKeyBlock;
      gradient.keys(first, least(kKeyBlock, shape.keys - first), i % shape.kvHeads, at, p);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
