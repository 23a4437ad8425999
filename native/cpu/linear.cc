// linear: y[r] = f(W[e] x[r] + b[e]), e = expert[r].   x: [rows, in], weight: [experts?, out, in] of any
// strides, bias: [experts?, out], y and pre (the sum before f): [rows, out].
// 2 rows in out operations, bound by fma; with few rows by reading the weight. The rows of an expert are one
// product, so its bits are those of the plain op with that matrix.
#include "native/cpu/epilogue.h"
#include "native/cpu/experts.h"
#include "native/cpu/gemm.h"
#include "native/cpu/kernel.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void linear(const op::Linear& a, Parallel& p) {
  const int64_t out = a.y.dim[1], depth = a.x.dim[1], experts = a.weight.rank == 3 ? a.weight.dim[0] : 1;
  const int64_t* stride = a.weight.stride + (a.weight.rank - 2);
  const bool round = a.compute == op::Linear::kBf16;
  const RowGroups g = groupRows(a.expert, a.x.dim[0], experts, "linear", p);
  const bool far = experts * out * depth * bytesOf(a.weight.dtype) > kFarBytes;
  const Epilogue epilogue{a.epilogue, a.bias, a.y, a.pre};

  const auto productOf = [&](int64_t e) {
    const int64_t offset = a.weight.rank == 3 ? e * a.weight.stride[0] : 0;
    Product product{.a = {a.x.data, DType::f32, false, g.count(e), a.x.stride[0], 1, g.rows(e)},
                    .b = {.data = a.weight.as<char>() + offset * bytesOf(a.weight.dtype),
                          .dtype = a.weight.dtype,
                          .round = false,
                          .count = out,
                          .lane = stride[0],
                          .deep = stride[1],
                          .far = far},
                    .depth = depth,
                    .c = a.y.f32(),
                    .ldc = out,
                    .rows = g.rows(e)};
    if (round) roundOperands(product);
    return product;
  };
  const auto finishOf = [&](int64_t e) {
    return [&epilogue, e, rows = g.rows(e)](int64_t i, int64_t j, int64_t cols) {
      if (!epilogue.idle()) epilogue.apply(e, rows ? rows[i] : i, j, cols);
    };
  };

  // Large products one by one, the small ones of all experts side by side.
  const auto shared = [&](int64_t e) { return shareable(g.count(e), out, depth, g.groups); };
  SharedPanels memory;
  int64_t active = 0, rows = 0;
  for (int64_t e = 0; e < g.groups; ++e) {
    if (shared(e)) {
      multiplyWhole(productOf(e), g.count(e), out, memory, p, finishOf(e));
    } else {
      active += g.count(e) > 0;
      rows = most(rows, g.count(e));
    }
  }
  if (active == 0) return;
  const auto gridOf = [&](int64_t e) { return Grid(g.count(e), out, depth, active, p.workers()); };
  // Blocks of the groups before e.
  int64_t* before = static_cast<int64_t*>(p.shared(static_cast<size_t>(g.groups + 1) * 8));
  if (!before) return;
  before[0] = 0;
  for (int64_t e = 0; e < g.groups; ++e) before[e + 1] = before[e] + (shared(e) ? 0 : gridOf(e).blocks());

  const int64_t grain = Grid(rows, out, depth, active, p.workers()).grain(depth);
  p.chunks(before[g.groups], grain, [&](int64_t begin, int64_t end, int worker) {
    int64_t e = 0;
    for (int64_t at = begin; at < end && !p.cancelled(); ++at) {
      while (before[e + 1] <= at) ++e;
      const Block block = gridOf(e).block(at - before[e]);
      float* scratch = static_cast<float*>(p.scratch(worker, blockScratch(block, depth)));
      multiply(productOf(e), block, scratch, p, finishOf(e));
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
