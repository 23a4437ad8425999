// Attention of many queries of one head: a block of them is transposed once, scores are [key][query], so that
// vectors run along queries, nothing crosses lanes, and keys and values are read as they lie.
#pragma once
#include "native/cpu/attention.h"
#include "native/cpu/attention_parts.h"
#include "native/cpu/kernel.h"
#include "native/cpu/power.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

struct ManyQueries {
  const AttentionShape& shape;
  const Task& task;
  // [dk][kQueryBlock], [kKeyBlock][kQueryBlock], [kQueryBlock][dv] for a part and for all before,
  // [kKeyBlock][d]
  float *queries, *scores, *sums, *totals, *wide;
  float max[kQueryBlock], sum[kQueryBlock], keep[kQueryBlock], joining[kQueryBlock];
  float allMax[kQueryBlock], allSum[kQueryBlock];

  static int64_t floats(const AttentionShape& shape) {
    return kQueryBlock * (shape.dk + kKeyBlock + 2 * most(shape.dk, shape.dv)) + shape.wideFloats();
  }
  ManyQueries(const AttentionShape& of, const Task& given, float* scratch) : shape(of), task(given) {
    queries = scratch;
    scores = queries + kQueryBlock * shape.dk;
    sums = scores + kQueryBlock * kKeyBlock;
    totals = sums + kQueryBlock * most(shape.dk, shape.dv);
    wide = totals + kQueryBlock * most(shape.dk, shape.dv);
    // The place of the sums serves for the scaled rows first.
    scaleQueries(shape, task.block(task.head), sums);
    const int64_t spare = wholeVectors(task.count) - task.count;
    transposeInto({queries, kQueryBlock}, {sums, shape.dk}, task.count, shape.dk);
    for (int64_t i = 0; i < shape.dk; ++i)
      std::memset(queries + i * kQueryBlock + task.count, 0, static_cast<size_t>(spare) * 4);
    if (task.firstKey() >= task.endKey(shape)) beginPart();
  }

  void beginPart() {
    std::memset(sums, 0, static_cast<size_t>(task.count * shape.dv) * 4);
    for (int64_t r = 0; r < kQueryBlock; ++r) {
      max[r] = kNothing.max;
      sum[r] = kNothing.sum;
    }
  }

  // The scores of n keys, without those of whole vectors of queries that do not see them.
  void multiplyKeys(int64_t begin, int64_t n, Right keys) {
    constexpr int64_t together = 16;
    for (int64_t j = 0; j < n; j += together) {
      const int64_t sees = shape.firstToSee(task.sequence, begin + j) - task.begin;
      const int64_t from = most(0, sees) / W * W;
      if (from >= task.count) return;
      multiply({scores + j * kQueryBlock + from, kQueryBlock}, {keys.at + j * keys.row, keys.row, 1},
               {queries + from, kQueryBlock}, least(together, n - j), wholeVectors(task.count) - from,
               shape.dk);
    }
  }

  // As weigh does for few, for the W queries from r on. The sum over keys has one part for each of their
  // numbers modulo W, which are then folded: the order in which weigh sums.
  VMM_INLINE void weighVector(int64_t r, const int64_t* seen, const float* bias, int64_t distance) {
    const int64_t lanes = least(W, task.count - r), some = seen[r + lanes - 1], all = seen[r];
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
    const Sequence& s = task.sequence;
    const float* bias = shape.biasOf(task.head);
    multiplyKeys(begin, n, floatRows(shape, shape.k, s.key + begin, task.kvHead, n, wide));
    int64_t seen[kQueryBlock];
    countSeen(shape, task, begin, n, seen);
    for (int64_t r = 0; r < task.count; r += W)
      weighVector(r, seen, bias, begin - (task.begin + r + s.keys - s.rows));
    for (int64_t r = 0; r < task.count; ++r)
      if (seen[r] > 0 && keep[r] != 1) scaleRow(sums + r * shape.dv, shape.dv, keep[r]);
    const Right values = floatRows(shape, shape.v, s.key + begin, task.kvHead, n, wide);
    addValues({sums, shape.dv}, {scores, 1, kQueryBlock}, values, seen, task.count, shape.dv);
  }

  // Adds the part that ends to what the rows have. Rows that see no key of it stay.
  void endPart(int64_t begin, int64_t n) {
    if (begin == 0) {
      std::swap(sums, totals);
      std::memcpy(allMax, max, sizeof max);
      std::memcpy(allSum, sum, sizeof sum);
    } else {
      for (int64_t r = 0; r < task.count; r += W) {
        vf most_ = load(allMax + r), total = load(allSum + r), before, part;
        joinSums(most_, total, load(max + r), load(sum + r), before, part);
        store(allMax + r, most_);
        store(allSum + r, total);
        store(keep + r, before);
        store(joining + r, part);
      }
      int64_t seen[kQueryBlock];
      countSeen(shape, task, begin, n, seen);
      for (int64_t r = 0; r < task.count; ++r)
        if (seen[r] > 0)
          joinValues(totals + r * shape.dv, sums + r * shape.dv, shape.dv, keep[r], joining[r]);
    }
  }

  void run(const Results& results, Parallel& p) {
    const int64_t end = task.endKey(shape);
    const bool joined = task.whole() && end > kPart;
    for (int64_t begin = task.firstKey(); begin < end; begin += kKeyBlock) {
      if (p.cancelled()) return;
      if (begin % kPart == 0) beginPart();
      const int64_t next = least(end, begin + kKeyBlock);
      add(begin, next - begin);
      const int64_t part = begin / kPart * kPart;
      if (joined && (next == end || next == part + kPart)) endPart(part, next - part);
    }
    for (int64_t r = 0; r < task.count; ++r) {
      if (joined)
        results.finish(task, r, task.head, {allMax[r], allSum[r]}, totals + r * shape.dv);
      else if (task.whole())
        results.finish(task, r, task.head, {max[r], sum[r]}, sums + r * shape.dv);
      else
        results.keepPart(task, r, task.head, {max[r], sum[r]}, sums + r * shape.dv);
    }
  }
};

}  // namespace vmm::cpu::VMM_ISA
