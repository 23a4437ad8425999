// attention: y = softmax(q k' * scale + bias) v per head, over packed sequences.
// q, y: [rows, heads, dk | dv]; k, v: [keys, kvHeads, dk | dv]; lse: [rows, heads].
// Blocks of keys are transposed once for a block of queries; each row keeps a running maximum and sum, and
// what it computes depends on the keys that it sees alone: a decoding step gives the bits of the full pass.
// Time goes to the two products, 2 * (dk + dv) flops per query and key; for one query, to reading the cache.
#include "native/cpu/attention.h"
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

struct Running {
  float max, sum;
};

// Turns the scores of one row's first `seen` > 0 keys of a block into exp(score - max), and gives the factor
// that makes up for a new maximum in what the row has summed so far.
VMM_INLINE float weigh(float* scores, int64_t seen, const float* bias, int64_t width, int64_t distance,
                       Running& row) {
  const vf lowest = splat(-__builtin_inff());
  vf top = splat(row.max);
  for (int64_t j = 0; j < seen; j += W) {
    vf s = load(scores + j);
    if (bias) s += biasAt(bias, width, distance + j);
    s = choose(firstLanes(seen - j), s, lowest);
    store(scores + j, s);
    top = vmax(top, s);
  }
  const float max = hmax(top);
  // Where every score so far is -Infinity, all exponentials are to be zero.
  const float base = max == -__builtin_inff() ? 0 : max;
  vf sum{};
  for (int64_t j = 0; j < seen; j += W) {
    const vf e = vexp(load(scores + j) - splat(base));
    store(scores + j, e);
    sum += e;
  }
  const float keep = vexp(splat(row.max - base))[0];
  row = {max, row.sum * keep + hsum(sum)};
  return keep;
}

VMM_INLINE void scaleRow(float* y, int64_t n, float by) {
  for (int64_t i = 0; i < n; i += W) storeUpTo(y + i, loadUpTo(y + i, n - i) * splat(by), n - i);
}

// y += weights * v for rows that see different numbers of keys: together as far as all see, then one by one.
VMM_INLINE void addValues(Target y, const float* weights, Right v, const int64_t* seen, int64_t rows,
                          int64_t dv) {
  for (int64_t r = 0; r < rows; r += 4) {
    const int64_t count = least(4, rows - r);
    int64_t shared = seen[r];
    for (int64_t u = 1; u < count; ++u) shared = least(shared, seen[r + u]);
    multiplyAdd({y.at + r * y.row, y.row}, {weights + r * kKeyBlock, kKeyBlock, 1}, v, count, dv, shared);
    const Right rest{v.at + shared * v.row, v.row};
    for (int64_t u = r; u < r + count; ++u)
      if (seen[u] > shared)
        multiplyAdd({y.at + u * y.row, y.row}, {weights + u * kKeyBlock + shared, kKeyBlock, 1}, rest, 1, dv,
                    seen[u] - shared);
  }
}

void attend(const AttentionShape& shape, const QueryBlock& block, float* y, float* lse, float* scratch,
            Parallel& p) {
  float* queries = scratch;
  float* packed = queries + kQueryBlock * shape.dk;
  float* scores = packed + kPackedStride * shape.dk;
  const Sequence& s = block.sequence;
  const int64_t kvHead = shape.kvHeadOf(block.head), ldy = shape.heads * shape.dv;
  const int64_t first = s.row + block.begin, last = shape.seenBy(s, block.begin + block.count - 1);
  const float* bias = shape.biasOf(block.head);
  y += first * ldy + block.head * shape.dv;
  Running running[kQueryBlock];
  for (int64_t r = 0; r < block.count; ++r) {
    running[r] = {-__builtin_inff(), 0};
    std::memset(y + r * ldy, 0, static_cast<size_t>(shape.dv) * 4);
  }
  scaleQueries(shape, block, queries);
  for (int64_t begin = 0; begin < last; begin += kKeyBlock) {
    if (p.cancelled()) return;
    const int64_t n = least(kKeyBlock, last - begin);
    transposeInto({packed, kPackedStride}, shape.keysFrom(s.key + begin, kvHead), n, shape.dk);
    multiplyPacked(scores, {queries, shape.dk, 1}, packed, block.count, n, shape.dk);
    int64_t seen[kQueryBlock];
    for (int64_t r = 0; r < block.count; ++r) {
      seen[r] = most(0, least(n, shape.seenBy(s, block.begin + r) - begin));
      if (seen[r] == 0) continue;
      const int64_t distance = begin - (block.begin + r + s.keys - s.rows);
      const float keep = weigh(scores + r * kKeyBlock, seen[r], bias, shape.width, distance, running[r]);
      if (keep != 1) scaleRow(y + r * ldy, shape.dv, keep);
    }
    addValues({y, ldy}, scores, shape.valuesFrom(s.key + begin, kvHead), seen, block.count, shape.dv);
  }
  for (int64_t r = 0; r < block.count; ++r) {
    const auto [max, sum] = running[r];
    // A sum of zero saw no key; a NaN goes on.
    if (sum != 0) scaleRow(y + r * ldy, shape.dv, 1 / sum);
    if (!lse) continue;
    lse[(first + r) * shape.heads + block.head] = sum != 0 ? max + vlog(splat(sum))[0] : -__builtin_inff();
  }
}

}  // namespace

void attention(const op::Attention& a, Parallel& p) {
  const AttentionShape shape("attention", a);
  if (!shape.verify(p)) return;
  float* lse = a.lse ? a.lse.f32() : nullptr;
  const int64_t ldy = shape.heads * shape.dv;
  for (int64_t row = shape.lastRow(); row < shape.rows; ++row) {
    std::memset(a.y.f32() + row * ldy, 0, static_cast<size_t>(ldy) * 4);
    for (int64_t i = 0; lse && i < shape.heads; ++i) lse[row * shape.heads + i] = -__builtin_inff();
  }
  const QueryBlocks blocks(shape, p);
  const int64_t floats = (kQueryBlock + kPackedStride) * shape.dk + kQueryBlock * kKeyBlock;
  p.chunks(blocks.count(), blocks.grain(), [&](int64_t begin, int64_t end, int worker) {
    float* scratch = static_cast<float*>(p.scratch(worker, static_cast<size_t>(floats) * 4));
    for (int64_t i = begin; i < end; ++i) attend(shape, blocks.at(i), a.y.f32(), lse, scratch, p);
  });
}

}  // namespace vmm::cpu::VMM_ISA
