// matmul: y = a b.   a: [..., m, k], b: [..., k, n] in f32, bf16 or f16 of any strides; y: [..., m, n].
// 2 m n k operations, bound by fma.
#include "native/cpu/gemm.h"
#include "native/cpu/kernel.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
const char* matrixAt(const View& v, const View& y, int64_t batch) {
  int64_t offset = 0;
  for (int axis = v.rank - 3; axis >= 0; --axis) {
    offset += batch % y.dim[axis] * v.stride[axis];
    batch /= y.dim[axis];
  }
  return v.as<char>() + offset * bytesOf(v.dtype);
}
}  // namespace

void matmul(const op::Matmul& a, Parallel& p) {
  const View& y = a.y;
  const int last = y.rank - 1;
  const int64_t m = y.dim[last - 1], n = y.dim[last], depth = a.a.dim[last];
  int64_t batches = 1;
  for (int axis = 0; axis < last - 1; ++axis) batches *= y.dim[axis];
  const bool round = a.compute == op::Matmul::kBf16;
  const auto productOf = [&](int64_t batch) {
    const int64_t *left = a.a.stride + last - 1, *right = a.b.stride + last - 1;
    Product g{.a = {matrixAt(a.a, y, batch), a.a.dtype, false, m, left[0], left[1]},
              .b = {matrixAt(a.b, y, batch), a.b.dtype, false, n, right[1], right[0]},
              .depth = depth,
              .c = y.f32() + batch * m * n,
              .ldc = n};
    if (round) roundOperands(g);
    return g;
  };
  const auto nothing = [](int64_t, int64_t, int64_t) {};
  if (shareable(m, n, depth, batches)) {
    SharedPanels memory;
    for (int64_t batch = 0; batch < batches && !p.cancelled(); ++batch)
      multiplyWhole(productOf(batch), m, n, memory, p, nothing);
    return;
  }
  const Grid grid(m, n, depth, batches, p.workers());
  const int64_t blocks = grid.blocks();
  p.chunks(batches * blocks, grid.grain(depth), [&](int64_t begin, int64_t end, int worker) {
    for (int64_t at = begin; at < end && !p.cancelled(); ++at) {
      const Block block = grid.block(at % blocks);
      float* scratch = static_cast<float*>(p.scratch(worker, blockScratch(block, depth)));
      multiply(productOf(at / blocks), block, scratch, p, nothing);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
