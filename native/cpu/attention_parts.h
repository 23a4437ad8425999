// Keys are cut into parts at fixed places, counted from the first key of a sequence. Each part is summed by
// itself, and parts are joined in their order: whether threads share the parts of a row changes no bits.
#pragma once
#include "native/cpu/attention.h"
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/power.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

inline constexpr int64_t kPart = 256;
static_assert(kPart % kKeyBlock == 0);

inline int64_t partsOf(int64_t keys) { return most(1, (keys + kPart - 1) / kPart); }

// Some queries of a sequence, with some heads of keys, over all keys or one part of them.
struct Task {
  Sequence sequence;
  int64_t number;           // of the sequence
  int64_t begin, count;     // queries; begin counts from the first one of the sequence
  int64_t kvHead, kvHeads;  // heads of keys and values
  int64_t head;             // where there are many queries, the one head of theirs
  int64_t part;             // kAllParts for all
  bool few;

  static constexpr int64_t kAllParts = -1;
  bool whole() const { return part == kAllParts; }
  int64_t firstKey() const { return whole() ? 0 : part * kPart; }
  // After the last key that any query sees.
  int64_t endKey(const AttentionShape& shape) const {
    const int64_t seen = shape.seenBy(sequence, begin + count - 1);
    return whole() ? seen : least(seen, (part + 1) * kPart);
  }
  QueryBlock block(int64_t of) const { return {sequence, of, begin, count}; }
};

// The largest score, and the sum of exp(score - max).
struct Running {
  float max, sum;
};
inline constexpr Running kNothing = {-__builtin_inff(), 0};

// The same for W rows, to each of which a part is added: what the row has is multiplied by `before`, what the
// part brings by `joining`.
VMM_INLINE void joinSums(vf& max, vf& sum, vf partMax, vf partSum, vf& before, vf& joining) {
  const vf top = vmax(max, partMax);
  // Where no score is above -Infinity, all exponentials are to be zero.
  const vf base = choose(top == splat(-__builtin_inff()), vf{}, top);
  before = powerOfE(max - base);
  joining = powerOfE(partMax - base);
  sum = fma(sum, before, partSum * joining);
  max = top;
}
VMM_INLINE void joinValues(float* to, const float* part, int64_t n, float before, float joining) {
  for (int64_t i = 0; i < n; i += W)
    storeUpTo(to + i, fma(loadUpTo(to + i, n - i), splat(before), loadUpTo(part + i, n - i) * splat(joining)),
              n - i);
}
// Adds a part that is not the first one to a row.
VMM_INLINE void joinRow(Running& all, float* to, Running one, const float* part, int64_t n) {
  vf max = splat(all.max), sum = splat(all.sum), before, joining;
  joinSums(max, sum, splat(one.max), splat(one.sum), before, joining);
  joinValues(to, part, n, before[0], joining[0]);
  all = {max[0], sum[0]};
}

VMM_INLINE void scaleRow(float* y, int64_t n, float by) {
  for (int64_t i = 0; i < n; i += W) storeUpTo(y + i, loadUpTo(y + i, n - i) * splat(by), n - i);
}

// Where results go: rows that are done, and parts of rows that other threads do the rest of.
struct Results {
  const AttentionShape& shape;
  float* y;
  float* lse;
  int64_t* firstPart = nullptr;  // of each sequence; there is one for each row, part and head
  float* values = nullptr;
  Running* running = nullptr;

  bool parted() const { return firstPart != nullptr; }
  int64_t partAt(int64_t number, const Sequence& s, int64_t query, int64_t part, int64_t head) const {
    return firstPart[number] + (query * partsOf(s.keys) + part) * shape.heads + head;
  }
  void keepPart(const Task& task, int64_t query, int64_t head, Running row, const float* from) const {
    const int64_t at = partAt(task.number, task.sequence, task.begin + query, task.part, head);
    running[at] = row;
    std::memcpy(values + at * shape.dv, from, static_cast<size_t>(shape.dv) * 4);
  }
  // The row is divided by its sum where it lies. A sum of zero saw no key; a NaN goes on.
  void finish(int64_t row, int64_t head, Running all, float* from) const {
    const int64_t at = row * shape.heads + head;
    if (all.sum != 0) scaleRow(from, shape.dv, 1 / all.sum);
    if (y + at * shape.dv != from) std::memcpy(y + at * shape.dv, from, static_cast<size_t>(shape.dv) * 4);
    if (lse) lse[at] = all.sum != 0 ? all.max + vlog(splat(all.sum))[0] : -__builtin_inff();
  }
  void finish(const Task& task, int64_t query, int64_t head, Running all, float* from) const {
    finish(task.sequence.row + task.begin + query, head, all, from);
  }
};

// Keys from `begin` on, of which there are n, that each query of a task sees.
inline void countSeen(const AttentionShape& shape, const Task& task, int64_t begin, int64_t n,
                      int64_t* seen) {
  for (int64_t r = 0; r < task.count; ++r)
    seen[r] = most(0, least(n, shape.seenBy(task.sequence, task.begin + r) - begin));
}

template <DType D>
void widenRows(float* to, const AttentionShape& shape, const View& x, int64_t key, int64_t head, int64_t n,
               int64_t d) {
  for (int64_t j = 0; j < n; ++j) {
    const int64_t at = shape.rowOfKey(key + j) * x.stride[0] + head * x.stride[1];
    for (int64_t i = 0; i < d; i += W) storeUpTo(to + j * d + i, loadAny(x.data, D, at + i, d - i), d - i);
  }
}
// Keys or values of one head as floats: where they lie, or one after the other in `room`.
inline Right floatRows(const AttentionShape& shape, const View& x, int64_t key, int64_t head, int64_t n,
                       float* room) {
  const int64_t d = x.dim[2];
  if (x.dtype == DType::f32 && !shape.keyIndex)
    return {x.f32() + key * x.stride[0] + head * x.stride[1], x.stride[0]};
  const auto widen = x.dtype == DType::f32    ? widenRows<DType::f32>
                     : x.dtype == DType::bf16 ? widenRows<DType::bf16>
                                              : widenRows<DType::f16>;
  widen(room, shape, x, key, head, n, d);
  return {room, d};
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

}  // namespace vmm::cpu::VMM_ISA
