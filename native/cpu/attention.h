// What attention and its gradient share: where the sequences are, who sees what, and blocks of scores.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/cpu/tile.h"

namespace vmm::cpu::VMM_ISA {

// Blocks of queries share a block of keys. The sums over keys depend on kKeyBlock, nothing on kQueryBlock.
// Both are multiples of every W; packed blocks have room for a vector that begins in them.
inline constexpr int64_t kQueryBlock = 64, kKeyBlock = 64, kPackedStride = kKeyBlock + 16;

struct Sequence {
  int64_t row, rows;  // first query row, and how many
  int64_t key, keys;  // as ranges count them: entries of the index of keys, where there is one
};

struct AttentionShape {
  const View &q, &k, &v, &offsets, &kvRange, &bias, &keyIndex;
  const char* op;
  bool causal;
  float scale;
  int64_t rows, keys, entries, heads, kvHeads, dk, dv, sequences, width;

  template <class Args>
  AttentionShape(const char* name, const Args& a)
      : q(a.q),
        k(a.k),
        v(a.v),
        offsets(a.offsets),
        kvRange(a.kvRange),
        bias(a.bias),
        keyIndex(keyIndexOf(a)),
        op(name),
        causal(a.causal != 0),
        scale(a.scale),
        rows(a.q.dim[0]),
        keys(a.k.dim[0]),
        entries(keyIndex ? keyIndex.dim[0] : keys),
        heads(a.q.dim[1]),
        kvHeads(a.k.dim[1]),
        dk(a.q.dim[2]),
        dv(a.v.dim[2]),
        sequences(a.offsets.dim[0] - 1),
        width(a.bias ? a.bias.dim[1] : 0) {
    if (scale == 0) scale = 1 / __builtin_sqrtf(static_cast<float>(dk));
  }

  int64_t rowAt(int64_t sequence) const { return offsets.i32()[sequence]; }
  int64_t lastRow() const { return sequences < 0 ? 0 : rowAt(sequences); }

  Sequence at(int64_t s) const {
    const int64_t row = rowAt(s), count = rowAt(s + 1) - row;
    if (!kvRange) return {row, count, row, count};
    const int32_t* range = kvRange.i32() + 2 * s;
    return {row, count, range[0], range[1] - range[0]};
  }
  // The row of k and v that a key is in.
  int64_t rowOfKey(int64_t key) const { return keyIndex ? keyIndex.i32()[key] : key; }
  // How many of its keys the query sees; they are the first ones.
  int64_t seenBy(const Sequence& s, int64_t query) const {
    return causal ? most(0, least(s.keys, query + 1 + s.keys - s.rows)) : s.keys;
  }
  // The first query of the sequence that sees its key number `key`.
  int64_t firstToSee(const Sequence& s, int64_t key) const {
    return causal ? most(0, key - s.keys + s.rows) : 0;
  }

  const float* queryRow(int64_t row, int64_t head) const {
    return q.f32() + row * q.stride[0] + head * q.stride[1];
  }
  Right keysFrom(int64_t key, int64_t head) const {
    return {k.f32() + key * k.stride[0] + head * k.stride[1], k.stride[0]};
  }
  Right valuesFrom(int64_t key, int64_t head) const {
    return {v.f32() + key * v.stride[0] + head * v.stride[1], v.stride[0]};
  }
  // Room for a block of keys or values as floats, where they are stored as something else or scattered.
  int64_t wideFloats() const {
    const bool wide = k.dtype != DType::f32 || v.dtype != DType::f32 || keyIndex;
    return wide ? kKeyBlock * most(dk, dv) : 0;
  }
  const float* biasOf(int64_t head) const { return bias ? bias.f32() + head * width : nullptr; }
  int64_t kvHeadOf(int64_t head) const { return head / (heads / kvHeads); }

  bool verify(Parallel& p) const {
    if (kvHeads == 0 || heads % kvHeads != 0 || (bias && width % 2 == 0)) {
      p.fail("%s: %lld heads do not share %lld, or %lld distances are no odd number", op,
             static_cast<long long>(heads), static_cast<long long>(kvHeads), static_cast<long long>(width));
      return false;
    }
    const int64_t limit = kvRange ? rows : least(rows, entries);
    int64_t before = 0;
    for (int64_t s = 0; s <= sequences; ++s) {
      const int64_t offset = rowAt(s);
      if (offset < before || offset > limit || (s == 0 && offset != 0)) {
        p.fail("%s: offsets[%lld] is %lld; expected %lld to %lld", op, static_cast<long long>(s),
               static_cast<long long>(offset), static_cast<long long>(before),
               static_cast<long long>(s == 0 ? 0 : limit));
        return false;
      }
      before = offset;
    }
    for (int64_t s = 0; kvRange && s < sequences; ++s) {
      const int32_t* range = kvRange.i32() + 2 * s;
      if (range[0] < 0 || range[0] > range[1] || range[1] > entries) {
        p.fail("%s: kvRange[%lld] is %d to %d; expected a range within 0 to %lld", op,
               static_cast<long long>(s), range[0], range[1], static_cast<long long>(entries));
        return false;
      }
    }
    return !keyIndex || verifyIndex(p);
  }

 private:
  // Of the index what ranges of queries have, and nothing else, is looked at.
  bool verifyIndex(Parallel& p) const {
    const int32_t* index = keyIndex.i32();
    int64_t bad = entries;
    for (int64_t s = 0; s < sequences; ++s) {
      const Sequence sequence = at(s);
      if (sequence.rows == 0) continue;
      for (int64_t i = sequence.key; i < least(bad, sequence.key + sequence.keys); ++i)
        if (index[i] < 0 || index[i] >= keys) bad = i;
    }
    if (bad == entries) return true;
    p.fail("%s: keyIndex[%lld] is %d; expected 0 to %lld", op, static_cast<long long>(bad), index[bad],
           static_cast<long long>(keys - 1));
    return false;
  }

  // The gradient has no index of keys.
  template <class Args>
  static const View& keyIndexOf(const Args& a) {
    static constexpr View none{};
    if constexpr (requires { a.keyIndex; })
      return a.keyIndex;
    else
      return none;
  }
};

// A block of queries of one head of one sequence.
struct QueryBlock {
  Sequence sequence;
  int64_t head, begin, count;  // begin counts from the first query of the sequence
};

// All query blocks in the order of sequence, head, query.
class QueryBlocks {
 public:
  QueryBlocks(const AttentionShape& shape, Parallel& p) : shape_(shape) {
    starts_ = static_cast<int64_t*>(p.shared(static_cast<size_t>(shape.sequences + 2) * sizeof(int64_t)));
    starts_[0] = 0;
    double pairs = 0;
    for (int64_t s = 0; s < shape.sequences; ++s) {
      const Sequence sequence = shape.at(s);
      starts_[s + 1] = starts_[s] + blocksIn(sequence) * shape.heads;
      pairs += static_cast<double>(sequence.rows) * static_cast<double>(sequence.keys);
    }
    const double work = pairs * static_cast<double>(shape.heads * (shape.dk + shape.dv + 16));
    grain_ = count() ? static_cast<int64_t>(1e6 / (work / static_cast<double>(count()) + 1e3)) : 1;
  }

  int64_t count() const { return starts_[most(0, shape_.sequences)]; }
  // Blocks that together are worth a chunk.
  int64_t grain() const { return most(1, grain_); }

  QueryBlock at(int64_t number) const {
    int64_t low = 0, high = shape_.sequences - 1;
    while (low < high) {
      const int64_t middle = (low + high + 1) / 2;
      if (starts_[middle] <= number)
        low = middle;
      else
        high = middle - 1;
    }
    const Sequence sequence = shape_.at(low);
    const int64_t blocks = blocksIn(sequence), rest = number - starts_[low];
    const int64_t begin = rest % blocks * kQueryBlock;
    return {sequence, rest / blocks, begin, least(kQueryBlock, sequence.rows - begin)};
  }

 private:
  static int64_t blocksIn(const Sequence& s) { return (s.rows + kQueryBlock - 1) / kQueryBlock; }

  const AttentionShape& shape_;
  int64_t* starts_;
  int64_t grain_;
};

// Query rows times scale, one after the other.
inline void scaleQueries(const AttentionShape& shape, const QueryBlock& block, float* to) {
  for (int64_t r = 0; r < block.count; ++r) {
    const float* from = shape.queryRow(block.sequence.row + block.begin + r, block.head);
    for (int64_t i = 0; i < shape.dk; i += W)
      storeUpTo(to + r * shape.dk + i, loadUpTo(from + i, shape.dk - i) * splat(shape.scale), shape.dk - i);
  }
}

inline int64_t wholeVectors(int64_t n) { return (n + W - 1) / W * W; }

// products[r][j] = a[r] . packed column j, for j < wholeVectors(n); those from n on mean nothing.
inline void multiplyPacked(float* products, Left a, const float* packed, int64_t rows, int64_t n, int64_t d) {
  multiply({products, kKeyBlock}, a, {packed, kPackedStride}, rows, wholeVectors(n), d);
}

// The bias of a query of one head at W keys from `key` on. `row` is the head's part of the table.
VMM_INLINE vf biasAt(const float* row, int64_t width, int64_t distance) {
  const int64_t first = distance + (width - 1) / 2;
  if (first >= 0 && first + W <= width) return load(row + first);
  float lanes[W];
  for (int i = 0; i < W; ++i) lanes[i] = row[least(most(first + i, 0), width - 1)];
  return load(lanes);
}

// The bias of W queries of one head at one key: `distance` is that of the first, each next is one less.
VMM_INLINE vf biasAcross(const float* row, int64_t width, int64_t distance) {
  float lanes[W];
  storeAs(lanes, biasAt(row, width, distance - (W - 1)));
  float back[W];
  for (int i = 0; i < W; ++i) back[i] = lanes[W - 1 - i];
  return load(back);
}

}  // namespace vmm::cpu::VMM_ISA
