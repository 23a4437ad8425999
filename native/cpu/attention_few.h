// Attention of few queries (decoding): time goes to reading keys and values, so that all heads of a slice of
// keys are done before the next one, and memory is read as it lies. Keys are transposed, and vectors run
// along them.
#pragma once
#include "native/cpu/attention.h"
#include "native/cpu/attention_parts.h"
#include "native/cpu/kernel.h"
#include "native/cpu/power.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// Keys whose heads are done one after the other.
inline constexpr int64_t kSlice = 16;
static_assert(kSlice % W == 0 && kKeyBlock % kSlice == 0);
// Rows of a kv head at once from transposed keys that stay in registers.
inline constexpr int kSquareRows = 4;

// Asks for a task's keys and values in the order in which they are read: a block of keys, its values, the
// next. Far ahead and into L2, since what is asked for into L1 waits for memory like a load.
class Ahead {
 public:
  Ahead(const AttentionShape& shape, const Task& task, int64_t end)
      : shape_(shape), first_(task.sequence.key), key_(task.firstKey()), end_(end), far_(isFar(shape)) {
    for (int side = 0; side < 2; ++side) {
      const View& x = side == 0 ? shape.k : shape.v;
      const int64_t bytes = bytesOf(x.dtype);
      data_[side] = x.as<char>() + task.kvHead * x.stride[1] * bytes;
      step_[side] = x.stride[0] * bytes;
      width_[side] = ((task.kvHeads - 1) * x.stride[1] + x.dim[2]) * bytes;
    }
    if (far_) beginRow();
    ask(kDistance);
  }

  void ask(int64_t bytes) {
    if (!far_) return;
    for (; bytes > 0 && key_ < end_; bytes -= 64) {
      __builtin_prefetch(at_, 0, 2);
      at_ += 64;
      if (at_ >= rowEnd_) nextRow();
    }
  }

 private:
  static constexpr int64_t kDistance = 65536, kFar = 1 << 20;

  static bool isFar(const AttentionShape& shape) {
    return shape.keys *
               (shape.k.stride[0] * bytesOf(shape.k.dtype) + shape.v.stride[0] * bytesOf(shape.v.dtype)) >
           kFar;
  }
  void beginRow() {
    at_ = data_[side_] + shape_.rowOfKey(first_ + key_ + row_) * step_[side_];
    rowEnd_ = at_ + width_[side_];
  }
  void nextRow() {
    if (++row_ == least(kKeyBlock, end_ - key_)) {
      row_ = 0;
      if (side_ == 1) key_ += kKeyBlock;
      side_ = 1 - side_;
    }
    beginRow();
  }

  const AttentionShape& shape_;
  const char* data_[2];
  int64_t step_[2], width_[2];
  int64_t first_, key_, end_, row_ = 0;
  int side_ = 0;
  const char *at_ = nullptr, *rowEnd_ = nullptr;
  bool far_;
};

// Sums of R rows over W keys side by side: chains in the order of depth.
template <int R>
struct KeySums {
  vf sum[R];
  const float* queries[R];

  VMM_INLINE void add(vf keys, int64_t depth) {
    for (int i = 0; i < R; ++i) sum[i] = fma(splat(queries[i][depth]), keys, sum[i]);
  }
};

// Adds as many depths from p on as W rows of W numbers of 32 bits hold; those of 16 bits come in pairs.
template <DType D, int R>
VMM_INLINE void addSquare(KeySums<R>& sums, const char* const (&keys)[W], int64_t p) {
  vf r[W];
  loadTransposed(keys, p * bytesOf(D), r);
#pragma GCC unroll 16
  for (int u = 0; u < W; ++u) {
    if constexpr (D == DType::f32) {
      sums.add(r[u], p + u);
    } else {
      const vu pair = bitCast<vu>(r[u]);
      if constexpr (D == DType::bf16) {
        sums.add(bitCast<vf>(pair << 16), p + 2 * u);
        sums.add(bitCast<vf>(pair & 0xffff0000), p + 2 * u + 1);
      } else {
        sums.add(fromF16(__builtin_convertvector(pair & 0xffff, vh)), p + 2 * u);
        sums.add(fromF16(__builtin_convertvector(pair >> 16, vh)), p + 2 * u + 1);
      }
    }
  }
}

// scores[i][j] = queries[i] . key j for R rows. n keys of W count.
template <DType D, int R>
VMM_INLINE void scoreKeys(float* scores, KeySums<R>& sums, const View& k, const int64_t* keys, int64_t head,
                          int64_t n, int64_t depth) {
  const char* from[W];
  for (int i = 0; i < W; ++i)
    from[i] = k.as<char>() + (keys[least(i, n - 1)] * k.stride[0] + head * k.stride[1]) * bytesOf(D);
  constexpr int64_t kSquare = W * 4 / bytesOf(D);
  int64_t p = 0;
  for (; p + kSquare <= depth; p += kSquare) addSquare<D>(sums, from, p);
  for (; p < depth; p += W) {
    const int64_t count = least(W, depth - p);
    vf r[W];
    for (int i = 0; i < W; ++i) r[i] = loadAny(from[i], D, p, count);
    transpose(r);
    for (int64_t u = 0; u < count; ++u) sums.add(r[u], p + u);
  }
  for (int i = 0; i < R; ++i) store(scores + i * kKeyBlock, sums.sum[i]);
}

// Scores of a slice of keys, given by their rows of k, for up to kSquareRows rows.
template <DType D>
__attribute__((noinline)) void scoreSlice(float* scores, const float* queries, int64_t rows, const View& k,
                                          const int64_t* keys, int64_t head, int64_t n, int64_t depth) {
  for (int64_t j = 0; j < n; j += W, scores += W) {
    if (rows == 1) {
      KeySums<1> sums{{}, {queries}};
      scoreKeys<D>(scores, sums, k, keys + j, head, least(W, n - j), depth);
    } else {
      // Rows that there are not repeat the last one, and are stored where nobody reads.
      KeySums<kSquareRows> sums{};
      for (int i = 0; i < kSquareRows; ++i) sums.queries[i] = queries + least(i, rows - 1) * depth;
      scoreKeys<D>(scores, sums, k, keys + j, head, least(W, n - j), depth);
    }
  }
}

// to += weights * values for one row, as multiplyAdd does, with values as they are stored. `at` counts from
// the beginning of a row of v.
template <DType D, int V, bool partial>
VMM_INLINE void addColumns(float* to, const float* weights, const View& v, const int64_t* keys, int64_t at,
                           int64_t n, int64_t cols) {
  vf sum[V];
  for (int i = 0; i < V; ++i) sum[i] = partial ? loadPart(to + i * W, cols) : load(to + i * W);
  for (int64_t j = 0; j < n; ++j) {
    const vf weight = splat(weights[j]);
    const int64_t from = keys[j] * v.stride[0] + at;
    for (int i = 0; i < V; ++i)
      sum[i] = fma(weight, loadAny(v.data, D, from + i * W, partial ? cols : W), sum[i]);
  }
  for (int i = 0; i < V; ++i) partial ? storePart(to + i * W, sum[i], cols) : store(to + i * W, sum[i]);
}
template <DType D>
__attribute__((noinline)) void addSlice(float* to, const float* weights, const View& v, const int64_t* keys,
                                        int64_t head, int64_t n, int64_t cols) {
  const int64_t at = head * v.stride[1];
  constexpr int kWide = W == 16 ? 4 : 8;
  int64_t i = 0;
  for (; i + kWide * W <= cols; i += kWide * W)
    addColumns<D, kWide, false>(to + i, weights, v, keys, at + i, n, 0);
  for (; i + W <= cols; i += W) addColumns<D, 1, false>(to + i, weights, v, keys, at + i, n, 0);
  if (i < cols) addColumns<D, 1, true>(to + i, weights, v, keys, at + i, n, cols - i);
}

struct FewQueries {
  const AttentionShape& shape;
  const Task& task;
  // Rows: for each kv head, those of its heads, for each of which its queries.
  int64_t each, rows;
  float *queries, *packed, *wide, *scores, *sums, *totals;
  Running *running, *all;
  int64_t* seen;
  int64_t keys[kKeyBlock];  // rows of k and v of the keys of a block

  static int64_t rowsOf(const AttentionShape& shape) { return shape.heads * (W / 2) + kSquareRows; }
  static int64_t floats(const AttentionShape& shape) {
    // A Running has two floats, a count of keys too.
    return rowsOf(shape) * (shape.dk + kKeyBlock + 2 * shape.dv + 6) + kPackedStride * shape.dk +
           shape.wideFloats();
  }
  FewQueries(const AttentionShape& of, const Task& given, float* scratch)
      : shape(of), task(given), each(shape.heads / shape.kvHeads * task.count), rows(task.kvHeads * each) {
    const int64_t room = rowsOf(shape);
    seen = reinterpret_cast<int64_t*>(scratch);
    running = reinterpret_cast<Running*>(scratch + 2 * room);
    all = running + room;
    queries = scratch + 6 * room;
    scores = queries + room * shape.dk;
    sums = scores + room * kKeyBlock;
    totals = sums + room * shape.dv;
    packed = totals + room * shape.dv;
    wide = packed + kPackedStride * shape.dk;
    for (int64_t row = 0; row < rows; row += task.count)
      scaleQueries(shape, task.block(headOf(row)), queries + row * shape.dk);
    beginPart();
  }

  int64_t headOf(int64_t row) const { return task.kvHead * (shape.heads / shape.kvHeads) + row / task.count; }
  void beginPart() {
    std::memset(sums, 0, static_cast<size_t>(rows * shape.dv) * 4);
    for (int64_t row = 0; row < rows; ++row) running[row] = kNothing;
  }

  void multiplyKeys(int64_t begin, int64_t n, Ahead& ahead) {
    const View& k = shape.k;
    const int64_t first = task.sequence.key + begin, bytes = shape.dk * bytesOf(k.dtype);
    if (each > kSquareRows) {
      for (int64_t h = 0; h < task.kvHeads; ++h) {
        transposeInto({packed, kPackedStride}, floatRows(shape, k, first, task.kvHead + h, n, wide), n,
                      shape.dk);
        ahead.ask(n * bytes);
        multiplyPacked(scores + h * each * kKeyBlock, {queries + h * each * shape.dk, shape.dk, 1}, packed,
                       each, n, shape.dk);
      }
      return;
    }
    const auto score = k.dtype == DType::f32    ? scoreSlice<DType::f32>
                       : k.dtype == DType::bf16 ? scoreSlice<DType::bf16>
                                                : scoreSlice<DType::f16>;
    for (int64_t j = 0; j < n; j += kSlice)
      for (int64_t h = 0; h < task.kvHeads; ++h) {
        const int64_t count = least(kSlice, n - j), row = h * each;
        ahead.ask(count * bytes);
        score(scores + row * kKeyBlock + j, queries + row * shape.dk, each, k, keys + j, task.kvHead + h,
              count, shape.dk);
      }
  }

  // Turns the scores of one row's first n > 0 keys of a block into exp(score - max), and gives the factor
  // that makes up for a new maximum in what the row has summed so far.
  VMM_INLINE float weigh(float* of, int64_t n, const float* bias, int64_t distance, Running& row) const {
    const vf lowest = splat(-__builtin_inff());
    vf top = splat(row.max);
    for (int64_t j = 0; j < n; j += W) {
      vf s = load(of + j);
      if (bias) s += biasAt(bias, shape.width, distance + j);
      s = choose(firstLanes(n - j), s, lowest);
      store(of + j, s);
      top = vmax(top, s);
    }
    const float max = hmax(top);
    // Where every score so far is -Infinity, all exponentials are to be zero.
    const float base = max == -__builtin_inff() ? 0 : max;
    vf sum{};
    for (int64_t j = 0; j < n; j += W) {
      const vf e = powerOfE(load(of + j) - splat(base));
      store(of + j, e);
      sum += e;
    }
    const float keep = powerOfE(splat(row.max - base))[0];
    row = {max, row.sum * keep + hsum(sum)};
    return keep;
  }

  void addWeighted(int64_t begin, int64_t n, Ahead& ahead) {
    const View& v = shape.v;
    const int64_t first = task.sequence.key + begin, bytes = shape.dv * bytesOf(v.dtype);
    const auto addTo = v.dtype == DType::f32    ? addSlice<DType::f32>
                       : v.dtype == DType::bf16 ? addSlice<DType::bf16>
                                                : addSlice<DType::f16>;
    for (int64_t j = 0; j < n; j += kSlice)
      for (int64_t h = 0; h < task.kvHeads; ++h) {
        const int64_t count = least(kSlice, n - j), row = h * each;
        float* to = sums + row * shape.dv;
        const float* weights = scores + row * kKeyBlock + j;
        ahead.ask(count * bytes);
        if (each == 1)
          addTo(to, weights, v, keys + j, task.kvHead + h, most(0, least(count, seen[0] - j)), shape.dv);
        else
          addRows({to, shape.dv}, {weights, kKeyBlock, 1},
                  floatRows(shape, v, first + j, task.kvHead + h, count, wide), j, count);
      }
  }
  void addRows(Target to, Left weights, Right values, int64_t from, int64_t count) const {
    int64_t sees[kSlice];
    for (int64_t row = 0; row < each; row += kSlice) {
      const int64_t some = least(kSlice, each - row);
      for (int64_t r = 0; r < some; ++r) sees[r] = most(0, least(count, seen[(row + r) % task.count] - from));
      addValues({to.at + row * to.row, to.row}, {weights.at + row * weights.row, weights.row, 1}, values,
                sees, some, shape.dv);
    }
  }

  void add(int64_t begin, int64_t n, Ahead& ahead) {
    const Sequence& s = task.sequence;
    for (int64_t j = 0; j < n; ++j) keys[j] = shape.rowOfKey(s.key + begin + j);
    multiplyKeys(begin, n, ahead);
    countSeen(shape, task, begin, n, seen);
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t query = row % task.count;
      if (seen[query] == 0) continue;
      const int64_t distance = begin - (task.begin + query + s.keys - s.rows);
      const float keep =
          weigh(scores + row * kKeyBlock, seen[query], shape.biasOf(headOf(row)), distance, running[row]);
      if (keep != 1) scaleRow(sums + row * shape.dv, shape.dv, keep);
    }
    addWeighted(begin, n, ahead);
  }

  // Adds the part that ends to what the rows have, and begins the next one. Rows that see no key of it stay.
  void endPart(int64_t begin, int64_t n) {
    countSeen(shape, task, begin, n, seen);
    for (int64_t row = 0; row < rows; ++row) {
      float* to = totals + row * shape.dv;
      const float* part = sums + row * shape.dv;
      if (begin == 0) {
        all[row] = running[row];
        std::memcpy(to, part, static_cast<size_t>(shape.dv) * 4);
      } else if (seen[row % task.count] > 0) {
        joinRow(all[row], to, running[row], part, shape.dv);
      }
    }
    beginPart();
  }

  void run(const Results& results, Parallel& p) {
    const int64_t end = task.endKey(shape);
    const bool joined = task.whole() && end > kPart;
    Ahead ahead(shape, task, end);
    for (int64_t begin = task.firstKey(); begin < end; begin += kKeyBlock) {
      if (p.cancelled()) return;
      const int64_t next = least(end, begin + kKeyBlock);
      add(begin, next - begin, ahead);
      const int64_t part = begin / kPart * kPart;
      if (joined && (next == end || next == part + kPart)) endPart(part, next - part);
    }
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t query = row % task.count, head = headOf(row);
      if (joined)
        results.finish(task, query, head, all[row], totals + row * shape.dv);
      else if (task.whole())
        results.finish(task, query, head, running[row], sums + row * shape.dv);
      else
        results.keepPart(task, query, head, running[row], sums + row * shape.dv);
    }
  }
};

}  // namespace vmm::cpu::VMM_ISA
