// Walks N strided inputs beside one row-major output: outer "rows" with an inner run of `cols` elements along
// which every input has one constant step. Neighbouring axes that all inputs walk evenly are merged.
#pragma once
#include "native/cpu/kernel.h"

namespace vmm::cpu::VMM_ISA {

template <int N>
class Walk {
 public:
  // Inputs are aligned with the output at the right, as in NumPy; missing and size-1 axes have step 0.
  Walk(const View& out, const View* const (&inputs)[N]) {
    for (int axis = 0; axis < out.rank; ++axis) {
      if (out.dim[axis] == 1) continue;
      int64_t step[N];
      for (int i = 0; i < N; ++i) {
        const int own = axis - (out.rank - inputs[i]->rank);
        const bool varies = own >= 0 && inputs[i]->dim[own] != 1;
        step[i] = varies ? inputs[i]->stride[own] : 0;
      }
      push(out.dim[axis], step);
    }
    if (rank_ == 0) {
      const int64_t none[N] = {};
      push(1, none);
    }
    for (int axis = 0; axis + 1 < rank_; ++axis) rows_ *= dim_[axis];
  }

  int64_t rows() const { return rows_; }
  int64_t cols() const { return dim_[rank_ - 1]; }
  int64_t step(int input) const { return step_[rank_ - 1][input]; }
  // Element offset in an input of the start of a row.
  int64_t at(int input, int64_t row) const {
    int64_t offset = 0;
    for (int axis = rank_ - 2; axis >= 0; --axis) {
      offset += row % dim_[axis] * step_[axis][input];
      row /= dim_[axis];
    }
    return offset;
  }

 private:
  void push(int64_t size, const int64_t (&step)[N]) {
    bool merge = rank_ > 0;
    for (int i = 0; merge && i < N; ++i) merge = step_[rank_ - 1][i] == step[i] * size;
    if (!merge) ++rank_;
    dim_[rank_ - 1] = (merge ? dim_[rank_ - 1] : 1) * size;
    for (int i = 0; i < N; ++i) step_[rank_ - 1][i] = step[i];
  }

  int rank_ = 0;
  int64_t rows_ = 1;
  int64_t dim_[kMaxRank];
  int64_t step_[kMaxRank][N];
};

// body(row, from, to) over pieces of the rows of a walk, of at most `elements` each; short rows share a chunk.
template <int N, class Body>
void forPieces(const Walk<N>& walk, Parallel& p, int64_t elements, Body&& body) {
  const int64_t cols = walk.cols(), perRow = (cols + elements - 1) / elements;
  p.chunks(walk.rows() * perRow, 1 + elements / (cols + 1), [&](int64_t begin, int64_t end, int) {
    for (int64_t piece = begin; piece < end; ++piece) {
      const int64_t from = piece % perRow * elements;
      body(piece / perRow, from, from + elements < cols ? from + elements : cols);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
