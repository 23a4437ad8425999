// What the norms share: the weight of a row, and sums over rows for the gradients of weights.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// Gradients of weights sum rows in chunks of this many, then the chunks in order.
inline constexpr int64_t kNormRows = 64;

inline int64_t expertsOf(const View& weight) { return weight.rank == 2 ? weight.dim[0] : 1; }

inline bool expertsFit(const char* op, const View& expert, const View& weight, Parallel& p) {
  if (!expert) return true;
  const int64_t experts = expertsOf(weight);
  for (int64_t row = 0; row < expert.dim[0]; ++row) {
    const int32_t e = expert.i32()[row];
    if (e >= 0 && e < experts) continue;
    p.fail("%s: expert[%lld] is %d; expected 0 to %lld", op, static_cast<long long>(row), e,
           static_cast<long long>(experts - 1));
    return false;
  }
  return true;
}

VMM_INLINE int64_t expertOf(const View& expert, int64_t row) { return expert ? expert.i32()[row] : 0; }

// Sums of rows on their way to `sum` [experts, d]: one partial [experts, d] per chunk of kNormRows rows.
struct RowSums {
  float* sum = nullptr;
  float* partial = nullptr;
  int64_t size = 0, chunks = 0;

  RowSums(const View& to, int64_t rows, Parallel& p) {
    if (!to) return;
    sum = to.f32();
    size = to.count();
    chunks = (rows + kNormRows - 1) / kNormRows;
    partial = static_cast<float*>(p.shared(static_cast<size_t>(most(1, chunks * size)) * 4));
  }
  // The zeroed partial of the chunk that begins at `row`.
  float* begin(int64_t row) const {
    if (!sum) return nullptr;
    float* to = partial + row / kNormRows * size;
    std::memset(to, 0, static_cast<size_t>(size) * 4);
    return to;
  }
  void finish(Parallel& p) const {
    if (!sum) return;
    p.chunks(size, rowsPerChunk(chunks, 16384) + W, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; i += W) {
        vf total{};
        for (int64_t c = 0; c < chunks; ++c) total += loadUpTo(partial + c * size + i, end - i);
        storeUpTo(sum + i, total, end - i);
      }
    });
  }
};

}  // namespace vmm::cpu::VMM_ISA
