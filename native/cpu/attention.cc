// attention: y = softmax(q k' * scale + bias) v per head, over packed sequences.
// q, y: [rows, heads, dk | dv] f32; k, v: [keys, kvHeads, dk | dv] f32, bf16 or f16; lse: [rows, heads].
// With keyIndex [entries], keys are the rows of k and v that its entries name.
// Queries come in blocks. Each row keeps a running maximum and sum over blocks of keys, and again over parts
// of them. What a row computes depends on the keys that it sees alone, and both forms, for many queries and
// for few, compute it in the same order: a decoding step gives the bits of the full pass. Where there are too
// few blocks and heads for all threads, they share the parts. Time goes to the two products, 2 * (dk + dv)
// flops per query and key; for few queries, to reading the cache.
#include "native/cpu/attention.h"
#include "native/cpu/attention_few.h"
#include "native/cpu/attention_many.h"
#include "native/cpu/attention_parts.h"
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

// The tasks of all sequences in their order. How the work is cut decides who does it, never what is computed.
class Tasks {
 public:
  Tasks(const AttentionShape& shape, Results& results, Parallel& p) : shape_(shape) {
    const int64_t sequences = most(0, shape.sequences);
    starts_ = static_cast<int64_t*>(p.shared(static_cast<size_t>(2 * sequences + 2) * sizeof(int64_t)));
    if (!starts_) return;
    int64_t few = 0, many = 0, fewParts = 0, rowParts = 0;
    bool cut = false;
    double pairs = 0;
    for (int64_t s = 0; s < sequences; ++s) {
      const Sequence at = shape.at(s);
      const int64_t parts = partsOf(at.keys), blocks = fewBlocks(at);
      few += blocks;
      fewParts += blocks * parts;
      many += manyBlocks(at) * shape.heads;
      rowParts += at.rows * parts;
      cut = cut || parts > 1;
      pairs += static_cast<double>(most(at.rows, kRowsOfReading)) * static_cast<double>(at.keys);
    }
    const double work = pairs * static_cast<double>(shape.heads * (shape.dk + shape.dv + 16));
    // Enough for threads that do not run alike, if there is something to do for them.
    const int64_t wanted =
        p.workers() == 1 ? 1 : least(8 * p.workers(), 1 + static_cast<int64_t>(work / kWorthATask));
    const int64_t kept = rowParts * shape.heads;
    parted_ = cut && few + many < wanted &&
              static_cast<double>(kept) * static_cast<double>(shape.dv + 2) < kMostKept;
    const int64_t fewTasks = parted_ ? fewParts : few;
    // Heads of a key lie side by side, and are read together if there is something to do for all without.
    const int64_t enough = least(wanted, 2 * p.workers());
    if (fewTasks > 0 && many + fewTasks < enough)
      group_ = most(1, shape.kvHeads * fewTasks / enough);
    else
      group_ = most(1, shape.kvHeads);
    starts_[0] = 0;
    for (int64_t s = 0; s < sequences; ++s) {
      const Sequence at = shape.at(s);
      starts_[s + 1] = starts_[s] + (manyBlocks(at) * shape.heads + fewBlocks(at) * groups()) * parts(at);
    }
    grain_ = count() ? static_cast<int64_t>(kWorthAChunk / (work / static_cast<double>(count()) + 1e3)) : 1;
    if (parted_) keepParts(results, kept, p);
  }

  int64_t count() const { return starts_ ? starts_[most(0, shape_.sequences)] : 0; }
  // Tasks that together are worth a chunk.
  int64_t grain() const { return most(1, grain_); }

  Task at(int64_t number) const {
    int64_t low = 0, high = shape_.sequences - 1;
    while (low < high) {
      const int64_t middle = (low + high + 1) / 2;
      if (starts_[middle] <= number)
        low = middle;
      else
        high = middle - 1;
    }
    const Sequence s = shape_.at(low);
    const int64_t blocks = manyBlocks(s), cuts = parts(s), many = blocks * shape_.heads * cuts;
    const int64_t rest = number - starts_[low];
    if (rest < many) {
      const int64_t begin = rest % blocks * kQueryBlock, head = rest / blocks / cuts;
      const int64_t part = parted_ ? rest / blocks % cuts : Task::kAllParts;
      const int64_t count = least(kQueryBlock, s.rows - begin);
      return {s, low, begin, count, shape_.kvHeadOf(head), 1, head, part, false};
    }
    const int64_t group = (rest - many) % groups() * group_;
    const int64_t part = parted_ ? (rest - many) / groups() : Task::kAllParts;
    const int64_t begin = blocks * kQueryBlock;
    return {s, low, begin, s.rows - begin, group, least(group_, shape_.kvHeads - group), 0, part, true};
  }

 private:
  // Keys that come from memory cost as much as so many queries.
  static constexpr int64_t kRowsOfReading = 8;
  // In multiply-adds; and in floats.
  static constexpr double kWorthATask = 5e5, kWorthAChunk = 1e6, kMostKept = 1 << 24;

  // A last block of at most W / 2 queries is one of few.
  static int64_t fewBlocks(const Sequence& s) {
    const int64_t last = s.rows % kQueryBlock;
    return last > 0 && 2 * last <= W;
  }
  static int64_t manyBlocks(const Sequence& s) {
    return (s.rows + kQueryBlock - 1) / kQueryBlock - fewBlocks(s);
  }
  int64_t parts(const Sequence& s) const { return parted_ ? partsOf(s.keys) : 1; }
  int64_t groups() const { return (shape_.kvHeads + group_ - 1) / group_; }

  void keepParts(Results& results, int64_t kept, Parallel& p) {
    results.firstPart = starts_ + shape_.sequences + 1;
    int64_t next = 0;
    for (int64_t s = 0; s < shape_.sequences; ++s) {
      const Sequence at = shape_.at(s);
      results.firstPart[s] = next;
      next += at.rows * partsOf(at.keys) * shape_.heads;
    }
    results.values = static_cast<float*>(p.shared(static_cast<size_t>(kept * shape_.dv + 1) * 4));
    results.running = static_cast<Running*>(p.shared(static_cast<size_t>(kept + 1) * sizeof(Running)));
    if (!results.values || !results.running) starts_ = nullptr;
  }

  const AttentionShape& shape_;
  int64_t* starts_;
  int64_t group_, grain_ = 1;
  bool parted_ = false;
};

void joinParts(const Results& results, Parallel& p) {
  const AttentionShape& shape = results.shape;
  for (int64_t number = 0; number < shape.sequences; ++number) {
    const Sequence s = shape.at(number);
    p.chunks(s.rows * shape.heads, rowsPerChunk(shape.dv * partsOf(s.keys), 65536),
             [&](int64_t begin, int64_t end, int) {
               for (int64_t i = begin; i < end; ++i) {
                 const int64_t query = i / shape.heads, head = i % shape.heads;
                 const int64_t parts = partsOf(shape.seenBy(s, query));
                 int64_t at = results.partAt(number, s, query, 0, head);
                 Running all = results.running[at];
                 float* to = results.values + at * shape.dv;
                 for (int64_t part = 1; part < parts; ++part) {
                   at = results.partAt(number, s, query, part, head);
                   joinRow(all, to, results.running[at], results.values + at * shape.dv, shape.dv);
                 }
                 results.finish(s.row + query, head, all, to);
               }
             });
  }
}

}  // namespace

void attention(const op::Attention& a, Parallel& p) {
  const AttentionShape shape("attention", a);
  if (!shape.verify(p) || shape.heads == 0) return;
  Results results{shape, a.y.f32(), a.lse ? a.lse.f32() : nullptr};
  const int64_t ldy = shape.heads * shape.dv;
  for (int64_t row = shape.lastRow(); row < shape.rows; ++row) {
    std::memset(results.y + row * ldy, 0, static_cast<size_t>(ldy) * 4);
    for (int64_t i = 0; results.lse && i < shape.heads; ++i)
      results.lse[row * shape.heads + i] = kNothing.max;
  }
  const Tasks tasks(shape, results, p);
  const int64_t floats = most(FewQueries::floats(shape), ManyQueries::floats(shape));
  p.chunks(tasks.count(), tasks.grain(), [&](int64_t begin, int64_t end, int worker) {
    float* scratch = static_cast<float*>(p.scratch(worker, static_cast<size_t>(floats) * 4));
    if (!scratch) return;
    for (int64_t i = begin; i < end; ++i) {
      const Task task = tasks.at(i);
      if (task.few)
        FewQueries(shape, task, scratch).run(results, p);
      else
        ManyQueries(shape, task, scratch).run(results, p);
    }
  });
  if (results.parted() && !p.cancelled()) joinParts(results, p);
}

}  // namespace vmm::cpu::VMM_ISA
