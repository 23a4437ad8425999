// attention: y = softmax(q k' * scale + bias) v per head, over packed sequences.
// q, y: [rows, heads, dk | dv]; k, v: [keys, kvHeads, dk | dv]; lse: [rows, heads].
// Many queries: a block of them is transposed once, scores are [key][query], so that vectors run along
// queries, nothing crosses lanes, and keys and values are read as they lie. Few queries (decoding): blocks of
// keys are transposed instead, and vectors run along keys. Each row keeps a running maximum and sum over
// blocks of keys. What a row computes depends on the keys that it sees alone, and both forms compute it in
// the same order: a decoding step gives the bits of the full pass. Time goes to the two products, 2 * (dk +
// dv) flops per query and key; for one query, to reading the cache.
#include "native/cpu/attention.h"
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/power.h"
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
    const vf e = powerOfE(load(scores + j) - splat(base));
    store(scores + j, e);
    sum += e;
  }
  const float keep = powerOfE(splat(row.max - base))[0];
  row = {max, row.sum * keep + hsum(sum)};
  return keep;
}

VMM_INLINE float logOfSum(float max, float sum) {
  return sum != 0 ? max + vlog(splat(sum))[0] : -__builtin_inff();
}

VMM_INLINE void scaleRow(float* y, int64_t n, float by) {
  for (int64_t i = 0; i < n; i += W) storeUpTo(y + i, loadUpTo(y + i, n - i) * splat(by), n - i);
}

// y += weights * v for rows that see different numbers of keys: together as far as all see, then one by one.
VMM_INLINE void addValues(Target y, Left weights, Right v, const int64_t* seen, int64_t rows, int64_t dv) {
  for (int64_t r = 0; r < rows; r += 4) {
    const int64_t count = least(4, rows - r);
    int64_t shared = seen[r];
    for (int64_t u = 1; u < count; ++u) shared = least(shared, seen[r + u]);
    const auto from = [&](int64_t row, int64_t key) -> Left {
      return {weights.at + row * weights.row + key * weights.step, weights.row, weights.step};
    };
    multiplyAdd({y.at + r * y.row, y.row}, from(r, 0), v, count, dv, shared);
    const Right rest{v.at + shared * v.row, v.row};
    for (int64_t u = r; u < r + count; ++u)
      if (seen[u] > shared)
        multiplyAdd({y.at + u * y.row, y.row}, from(u, shared), rest, 1, dv, seen[u] - shared);
  }
}

// Keys of the block from `begin` on, of which there are n, that each query sees.
void countSeen(const AttentionShape& shape, const QueryBlock& block, int64_t begin, int64_t n,
               int64_t* seen) {
  for (int64_t r = 0; r < block.count; ++r)
    seen[r] = most(0, least(n, shape.seenBy(block.sequence, block.begin + r) - begin));
}

// A block of many queries.
struct ManyQueries {
  const AttentionShape& shape;
  const QueryBlock& block;
  float *queries, *scores, *sums;  // [dk][kQueryBlock], [kKeyBlock][kQueryBlock], [kQueryBlock][dv]
  float max[kQueryBlock], sum[kQueryBlock], keep[kQueryBlock];

  static int64_t floats(const AttentionShape& shape) {
    return kQueryBlock * (shape.dk + kKeyBlock + most(shape.dk, shape.dv));
  }
  ManyQueries(const AttentionShape& of, const QueryBlock& queryBlock, float* scratch)
      : shape(of), block(queryBlock) {
    queries = scratch;
    scores = queries + kQueryBlock * shape.dk;
    sums = scores + kQueryBlock * kKeyBlock;
    // The place of the sums serves for the scaled rows first.
    scaleQueries(shape, block, sums);
    const int64_t spare = wholeVectors(block.count) - block.count;
    transposeInto({queries, kQueryBlock}, {sums, shape.dk}, block.count, shape.dk);
    for (int64_t i = 0; i < shape.dk; ++i)
      std::memset(queries + i * kQueryBlock + block.count, 0, static_cast<size_t>(spare) * 4);
    std::memset(sums, 0, static_cast<size_t>(block.count * shape.dv) * 4);
    for (int64_t r = 0; r < kQueryBlock; ++r) {
      max[r] = -__builtin_inff();
      sum[r] = 0;
    }
  }

  // The scores of n keys, without those of whole vectors of queries that do not see them.
  void multiplyKeys(int64_t begin, int64_t n, Right keys) {
    constexpr int64_t together = 16;
    for (int64_t j = 0; j < n; j += together) {
      const int64_t sees = shape.firstToSee(block.sequence, begin + j) - block.begin;
      const int64_t from = most(0, sees) / W * W;
      if (from >= block.count) return;
      multiply({scores + j * kQueryBlock + from, kQueryBlock}, {keys.at + j * keys.row, keys.row, 1},
               {queries + from, kQueryBlock}, least(together, n - j), wholeVectors(block.count) - from,
               shape.dk);
    }
  }

  // As weigh does, for the W queries from r on. The sum over keys has one part for each of their numbers
  // modulo W, which are then folded: the order in which weigh sums.
  VMM_INLINE void weighVector(int64_t r, const int64_t* seen, const float* bias, int64_t distance) {
    const int64_t lanes = least(W, block.count - r), some = seen[r + lanes - 1], all = seen[r];
    const vf lowest = splat(-__builtin_inff()), before = load(max + r);
    vi sees{};
    for (int i = 0; i < lanes; ++i) sees[i] = static_cast<int32_t>(seen[r + i]);
    vf top = before;
    float* s = scores + r;
    for (int64_t j = 0; j < some; ++j) {
      vf score = load(s + j * kQueryBlock);
      if (bias) score += biasAcross(bias, shape.width, distance + j);
      if (j >= all) score = choose(splati(static_cast<int32_t>(j)) < sees, score, lowest);
      if (bias || j >= all) store(s + j * kQueryBlock, score);
      top = vmax(top, score);
    }
    const vf base = choose(top == lowest, vf{}, top);
    vf part[W];
    for (int64_t from = 0; from < W; ++from) {
      vf total{};
      for (int64_t j = from; j < some; j += 4 * W) {
        vf x[4], e[4];
        for (int u = 0; u < 4; ++u)
          x[u] = j + u * W < some ? load(s + (j + u * W) * kQueryBlock) - base : lowest;
        powersOfE(x, e);
        for (int u = 0; u < 4 && j + u * W < some; ++u) {
          store(s + (j + u * W) * kQueryBlock, e[u]);
          total += e[u];
        }
      }
      part[from] = total;
    }
    for (int half = W / 2; half > 0; half /= 2)
      for (int i = 0; i < half; ++i) part[i] += part[i + half];
    const vf factor = powerOfE(before - base);
    store(keep + r, factor);
    store(sum + r, load(sum + r) * factor + part[0]);
    store(max + r, top);
  }

  void add(int64_t begin, int64_t n) {
    const Sequence& s = block.sequence;
    const int64_t kvHead = shape.kvHeadOf(block.head);
    const float* bias = shape.biasOf(block.head);
    multiplyKeys(begin, n, shape.keysFrom(s.key + begin, kvHead));
    int64_t seen[kQueryBlock];
    countSeen(shape, block, begin, n, seen);
    for (int64_t r = 0; r < block.count; r += W)
      weighVector(r, seen, bias, begin - (block.begin + r + s.keys - s.rows));
    for (int64_t r = 0; r < block.count; ++r)
      if (seen[r] > 0 && keep[r] != 1) scaleRow(sums + r * shape.dv, shape.dv, keep[r]);
    const Right values = shape.valuesFrom(s.key + begin, kvHead);
    addValues({sums, shape.dv}, {scores, 1, kQueryBlock}, values, seen, block.count, shape.dv);
  }

  void finish(float* y, float* lse) const {
    const int64_t first = block.sequence.row + block.begin, ldy = shape.heads * shape.dv;
    for (int64_t r = 0; r < block.count; ++r) {
      // A sum of zero saw no key; a NaN goes on.
      const bool any = sum[r] != 0;
      float* to = y + (first + r) * ldy + block.head * shape.dv;
      scaleRow(sums + r * shape.dv, shape.dv, any ? 1 / sum[r] : 1.0f);
      std::memcpy(to, sums + r * shape.dv, static_cast<size_t>(shape.dv) * 4);
      if (lse) lse[(first + r) * shape.heads + block.head] = logOfSum(max[r], sum[r]);
    }
  }
};

void attendMany(const AttentionShape& shape, const QueryBlock& block, float* y, float* lse, float* scratch,
                Parallel& p) {
  ManyQueries queries(shape, block, scratch);
  const int64_t last = shape.seenBy(block.sequence, block.begin + block.count - 1);
  for (int64_t begin = 0; begin < last; begin += kKeyBlock) {
    if (p.cancelled()) return;
    queries.add(begin, least(kKeyBlock, last - begin));
  }
  queries.finish(y, lse);
}

// Rows of a cache lie too far apart for hardware to guess what comes next.
VMM_INLINE void askFor(Right rows, int64_t n, int64_t d) {
  for (int64_t j = 0; j < n; ++j)
    for (int64_t i = 0; i < d; i += 16) __builtin_prefetch(rows.at + j * rows.row + i);
}

void attendFew(const AttentionShape& shape, const QueryBlock& block, float* y, float* lse, float* scratch,
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
    const Right values = shape.valuesFrom(s.key + begin, kvHead);
    askFor(values, n, shape.dv);
    transposeInto({packed, kPackedStride}, shape.keysFrom(s.key + begin, kvHead), n, shape.dk);
    if (begin + n < last)
      askFor(shape.keysFrom(s.key + begin + n, kvHead), least(kKeyBlock, last - begin - n), shape.dk);
    multiplyPacked(scores, {queries, shape.dk, 1}, packed, block.count, n, shape.dk);
    int64_t seen[kQueryBlock];
    countSeen(shape, block, begin, n, seen);
    for (int64_t r = 0; r < block.count; ++r) {
      if (seen[r] == 0) continue;
      const int64_t distance = begin - (block.begin + r + s.keys - s.rows);
      const float keep = weigh(scores + r * kKeyBlock, seen[r], bias, shape.width, distance, running[r]);
      if (keep != 1) scaleRow(y + r * ldy, shape.dv, keep);
    }
    addValues({y, ldy}, {scores, kKeyBlock, 1}, values, seen, block.count, shape.dv);
  }
  for (int64_t r = 0; r < block.count; ++r) {
    const auto [max, sum] = running[r];
    // A sum of zero saw no key; a NaN goes on.
    if (sum != 0) scaleRow(y + r * ldy, shape.dv, 1 / sum);
    if (lse) lse[(first + r) * shape.heads + block.head] = logOfSum(max, sum);
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
  const int64_t few = (kQueryBlock + kPackedStride) * shape.dk + kQueryBlock * kKeyBlock;
  const int64_t floats = most(few, ManyQueries::floats(shape));
  p.chunks(blocks.count(), blocks.grain(), [&](int64_t begin, int64_t end, int worker) {
    float* scratch = static_cast<float*>(p.scratch(worker, static_cast<size_t>(floats) * 4));
    for (int64_t i = begin; i < end; ++i) {
      const QueryBlock block = blocks.at(i);
      const auto attend = 2 * block.count > W ? attendMany : attendFew;
      attend(shape, block, a.y.f32(), lse, scratch, p);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
