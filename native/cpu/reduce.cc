// reduce: y = sum, mean, max or min of x over the axes in the bits of `axes`, which stay as axes of size 1.
// x: f32, any strides; y: f32, row-major. Reads x once; bound by memory.
// Sums are compensated, so their error does not grow with the length. What is added to what depends on the
// place of an element among the reduced ones: lanes along the last axis when it is reduced, else lanes over
// outputs; long reductions are cut into pieces at fixed places, and the pieces are combined in order.
#include "native/cpu/math.h"
#include "native/cpu/elementwise.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

struct Sum {
  static constexpr float identity = 0;
  vf hi, lo;
  static VMM_INLINE Sum none() { return {vf{}, vf{}}; }
  VMM_INLINE void add(vf x) {
    const Pair s = twoSum(hi, x);
    hi = s.hi;
    lo += s.lo;
  }
  VMM_INLINE void merge(vf otherHi, vf otherLo) {
    add(otherHi);
    lo += otherLo;
  }
  // An infinite or undefined sum has no meaningful remainder.
  VMM_INLINE vf result() const { return choose(vabs(hi) < splat(__builtin_inff()), hi + lo, hi); }
};
struct Max {
  static constexpr float identity = -__builtin_inff();
  vf hi, lo;
  static VMM_INLINE Max none() { return {splat(identity), vf{}}; }
  VMM_INLINE void add(vf x) { hi = vmaximum(hi, x); }
  VMM_INLINE void merge(vf other, vf) { add(other); }
  VMM_INLINE vf result() const { return hi; }
};
struct Min {
  static constexpr float identity = __builtin_inff();
  vf hi, lo;
  static VMM_INLINE Min none() { return {splat(identity), vf{}}; }
  VMM_INLINE void add(vf x) { hi = vminimum(hi, x); }
  VMM_INLINE void merge(vf other, vf) { add(other); }
  VMM_INLINE vf result() const { return hi; }
};

// All lanes into lane 0, in a fixed tree.
template <class Lanes>
VMM_INLINE Lanes fold(Lanes lanes) {
  float hi[2 * W] = {}, lo[2 * W] = {};
  for (int n = W / 2; n > 0; n /= 2) {
    store(hi, lanes.hi);
    store(lo, lanes.lo);
    lanes.merge(load(hi + n), load(lo + n));
  }
  return lanes;
}

// Some axes of x in row-major order; neighbours that are walked evenly are merged.
struct Axes {
  int rank = 0;
  int64_t dim[kMaxRank], step[kMaxRank];
  void push(int64_t size, int64_t stride) {
    if (size == 1) return;
    if (rank > 0 && step[rank - 1] == stride * size) {
      dim[rank - 1] *= size;
      step[rank - 1] = stride;
    } else {
      dim[rank] = size;
      step[rank++] = stride;
    }
  }
  // Takes the last axis away: what the inner loop walks.
  void split(int64_t& size, int64_t& stride) {
    size = rank ? dim[rank - 1] : 1;
    stride = rank ? step[--rank] : 0;
  }
  int64_t count() const {
    int64_t n = 1;
    for (int i = 0; i < rank; ++i) n *= dim[i];
    return n;
  }
  int64_t at(int64_t index) const {
    int64_t offset = 0;
    for (int i = rank - 1; i > 0; --i) {
      offset += index % dim[i] * step[i];
      index /= dim[i];
    }
    return rank ? offset + index * step[0] : 0;
  }
};

struct Job {
  const float* x;
  float* y;
  Axes kept, reduced;
  int64_t outputs, pieces;
  float divisor;
  float *hi, *lo;  // [pieces, outputs] when there are several pieces

  void open(Parallel& p, int64_t pieceCount) {
    pieces = pieceCount < 1 ? 1 : pieceCount;
    if (pieces == 1) return;
    const size_t bytes = static_cast<size_t>(pieces * outputs) * sizeof(float);
    hi = static_cast<float*>(p.shared(bytes));
    lo = static_cast<float*>(p.shared(bytes));
  }
  template <class Lanes>
  VMM_INLINE void put(const Lanes& lanes, int64_t piece, int64_t output, int64_t n) const {
    if (pieces == 1) return storeUpTo(y + output, lanes.result() / splat(divisor), n);
    storeUpTo(hi + piece * outputs + output, lanes.hi, n);
    storeUpTo(lo + piece * outputs + output, lanes.lo, n);
  }
  template <class Lanes>
  void combine(Parallel& p) const {
    if (pieces == 1) return;
    p.chunks((outputs + W - 1) / W, 1 + 16384 / (pieces * W), [&](int64_t begin, int64_t end, int) {
      for (int64_t at = begin * W; at < outputs && at < end * W; at += W) {
        Lanes sum = Lanes::none();
        for (int64_t piece = 0; piece < pieces; ++piece)
          sum.merge(loadUpTo(hi + piece * outputs + at, outputs - at),
                    loadUpTo(lo + piece * outputs + at, outputs - at));
        storeUpTo(y + at, sum.result() / splat(divisor), outputs - at);
      }
    });
  }
};

// The first n lanes; the others do not count.
template <class Lanes>
VMM_INLINE vf counted(vf v, int64_t n) {
  float mask[W];
  for (int i = 0; i < W; ++i) mask[i] = i < n ? 1.0f : 0.0f;
  return choose(load(mask) != vf{}, v, splat(Lanes::identity));
}

constexpr int kSums = 4;

// The last axis is reduced: lanes run along it.
template <class Lanes>
void reduceLast(Job& job, Parallel& p) {
  int64_t cols, step;
  job.reduced.split(cols, step);
  const int64_t rows = job.reduced.count(), piece = 16384;
  const int64_t piecesPerRow = (cols + piece - 1) / piece;
  const int64_t rowsPerPiece = cols >= piece || cols == 0 ? 1 : piece / cols;
  job.open(p, piecesPerRow > 1 ? rows * piecesPerRow : (rows + rowsPerPiece - 1) / rowsPerPiece);
  const int64_t work = rows * cols < piece ? rows * cols : piece;
  p.chunks(job.outputs * job.pieces, 1 + piece / (work + W), [&](int64_t begin, int64_t end, int) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t output = unit / job.pieces, part = unit % job.pieces;
      const int64_t first = piecesPerRow > 1 ? part / piecesPerRow : part * rowsPerPiece;
      const int64_t last = first + rowsPerPiece < rows ? first + rowsPerPiece : rows;
      const int64_t from = piecesPerRow > 1 ? part % piecesPerRow * piece : 0;
      const int64_t to = from + piece < cols ? from + piece : cols;
      const float* base = job.x + job.kept.at(output);
      Lanes sums[kSums];
      for (Lanes& lanes : sums) lanes = Lanes::none();
      for (int64_t row = first; row < last; ++row) {
        const RowReader in{base + job.reduced.at(row), step};
        int64_t i = from;
        for (; i + kSums * W <= to; i += kSums * W)
          for (int k = 0; k < kSums; ++k) sums[k].add(in.at(i + k * W, W));
        for (int k = 0; i < to; i += W, ++k) {
          const vf v = in.at(i, to - i);
          sums[k].add(to - i < W ? counted<Lanes>(v, to - i) : v);
        }
      }
      for (int k = 1; k < kSums; ++k) sums[0].merge(sums[k].hi, sums[k].lo);
      job.put(fold(sums[0]), part, output, 1);
    }
  });
  job.combine<Lanes>(p);
}

// The last axis stays: lanes run over outputs.
template <class Lanes>
void reduceOthers(Job& job, Parallel& p) {
  int64_t cols, step;
  job.kept.split(cols, step);
  const int64_t rows = job.reduced.count(), piece = 1024, width = kSums * W;
  const int64_t blocks = (cols + width - 1) / width;
  job.open(p, (rows + piece - 1) / piece);
  const int64_t work = (rows < piece ? rows : piece) * width;
  const int64_t units = job.kept.count() * blocks * job.pieces;
  p.chunks(units, 1 + 16384 / (work + W), [&](int64_t begin, int64_t end, int) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t part = unit % job.pieces, from = unit / job.pieces % blocks * width;
      const int64_t outer = unit / job.pieces / blocks, n = cols - from < width ? cols - from : width;
      const int64_t last = (part + 1) * piece < rows ? (part + 1) * piece : rows;
      const float* base = job.x + job.kept.at(outer);
      Lanes sums[kSums];
      for (Lanes& lanes : sums) lanes = Lanes::none();
      for (int64_t row = part * piece; row < last; ++row) {
        const RowReader in{base + job.reduced.at(row), step};
        if (n == width)
          for (int k = 0; k < kSums; ++k) sums[k].add(in.at(from + k * W, W));
        else
          for (int k = 0; k * W < n; ++k) sums[k].add(in.at(from + k * W, n - k * W));
      }
      for (int k = 0; k * W < n; ++k) job.put(sums[k], part, outer * cols + from + k * W, n - k * W);
    }
  });
  job.combine<Lanes>(p);
}

template <class Lanes>
void run(Job& job, Parallel& p, bool last) {
  last ? reduceLast<Lanes>(job, p) : reduceOthers<Lanes>(job, p);
}

}  // namespace

void reduce(const op::Reduce& a, Parallel& p) {
  Job job{};
  job.x = a.x.f32();
  job.y = a.y.f32();
  job.outputs = a.y.count();
  int64_t reduced = 1;
  for (int i = 0; i < a.x.rank; ++i) {
    const bool gone = a.axes >> i & 1;
    if (a.y.dim[i] != (gone ? 1 : a.x.dim[i]))
      return p.fail("reduce: axis %d of y does not fit axes %d", i, a.axes);
    (gone ? job.reduced : job.kept).push(a.x.dim[i], a.x.stride[i]);
    if (gone) reduced *= a.x.dim[i];
  }
  job.divisor = a.fn == op::Reduce::kMean ? static_cast<float>(reduced) : 1.0f;
  if (job.outputs == 0) return;
  const bool last = a.x.rank > 0 && (a.axes >> (a.x.rank - 1) & 1);
  switch (static_cast<op::Reduce::Fn>(a.fn)) {
    case op::Reduce::kSum:
    case op::Reduce::kMean:
      return run<Sum>(job, p, last);
    case op::Reduce::kMax:
      return run<Max>(job, p, last);
    case op::Reduce::kMin:
      return run<Min>(job, p, last);
  }
}

}  // namespace vmm::cpu::VMM_ISA
