// packed_linear: y[r] = f(W x[r] + b) times[r] + plus[r] with W as pack_weight has put it: panels of 32
// outputs, k-major. 2 rows in out operations, bound by fma; with few rows by reading the weight, which is one
// stream. The sums are those of linear to the last bit.
#include "native/cpu/epilogue.h"
#include "native/cpu/gemm.h"
#include "native/cpu/kernel.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void packed_linear(const op::PackedLinear& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], depth = a.x.dim[1], out = a.y.dim[1];
  const bool pairs = a.weight.dtype == DType::bf16;
  const int64_t panels = (out + kPanel - 1) / kPanel, deep = pairs ? (depth + 1) / 2 : depth;
  const int64_t lanes = pairs ? 2 * kPanel : kPanel;
  if (a.weight.dim[0] != panels || a.weight.dim[1] != deep || a.weight.dim[2] != lanes)
    return p.fail("packed_linear: the weight is not that of %lld outputs of %lld inputs",
                  static_cast<long long>(out), static_cast<long long>(depth));
  Product product{.a = {a.x.data, DType::f32, false, rows, a.x.stride[0], 1},
                  .b = {.data = a.weight.data,
                        .dtype = a.weight.dtype,
                        .round = false,
                        .count = out,
                        .lane = deep * lanes,
                        .deep = 0,
                        .packed = true},
                  .depth = depth,
                  .c = a.y.f32(),
                  .ldc = out};
  if (a.compute == op::PackedLinear::kBf16) {
    if (!pairs) return p.fail("packed_linear: products of bf16 need a weight packed as bf16");
    roundOperands(product);
  }
  const Epilogue epilogue{a.epilogue, a.bias, a.y, View{}, a.times, a.plus};
  const auto done = [&](int64_t i, int64_t j, int64_t cols) {
    if (!epilogue.idle()) epilogue.apply(0, i, j, cols);
  };
  if (!isFew(product, rows) && shareable(rows, out, product.depth, 1)) {
    SharedPanels memory;
    return multiplyWhole(product, rows, out, memory, p, done);
  }
  if (rows > 0 && isFew(product, rows)) {
    auto* memory = static_cast<float*>(p.shared(fewScratch(rows, product.depth)));
    if (!memory) return;
    const FewRows few(product, 0, rows, memory);
    return p.chunks(panels, evenGrain(panels, kPanel * depth * rows, p.workers()),
                    [&](int64_t begin, int64_t end, int) {
                      const Block block{0, rows, begin * kPanel, least(end * kPanel, out)};
                      multiplyFew(product, block, few, p, done);
                    });
  }
  const Grid grid(rows, out, product.depth, 1, p.workers());
  p.chunks(grid.blocks(), grid.grain(product.depth), [&](int64_t begin, int64_t end, int worker) {
    for (int64_t at = begin; at < end && !p.cancelled(); ++at) {
      const Block block = grid.block(at);
      float* scratch = static_cast<float*>(p.scratch(worker, blockScratch(block, product.depth)));
      multiply(product, block, scratch, p, done);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
