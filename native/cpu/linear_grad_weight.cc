// linear_grad_weight: weight[e] = sum over the rows r of expert e of upstream[r] x[r]^T, bias[e] = the sum of
// upstream[r].   x: [rows, in], upstream: [rows, out], weight: [experts?, out, in], bias: [experts?, out].
// 2 rows in out operations, bound by fma. Rows are summed in blocks of kDepth, combined in order.
#include "native/cpu/experts.h"
#include "native/cpu/gemm.h"
#include "native/cpu/kernel.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
constexpr int kStrip = 4 * W;

// Columns j ... j + n of the bias of one expert.
void sumRows(const View& upstream, const int32_t* rows, int64_t count, float* bias, int64_t j, int64_t n) {
  vf total[4] = {};
  for (int64_t begin = 0; begin < count; begin += kDepth) {
    const int64_t end = begin + kDepth < count ? begin + kDepth : count;
    vf sum[4] = {};
    for (int64_t r = begin; r < end; ++r) {
      const float* from = upstream.f32() + (rows ? rows[r] : r) * upstream.stride[0] + j;
      for (int v = 0; v < 4; ++v)
        if (v * W < n) sum[v] = sum[v] + loadUpTo(from + v * W, n - v * W);
    }
    for (int v = 0; v < 4; ++v) total[v] = total[v] + sum[v];
  }
  for (int v = 0; v < 4; ++v)
    if (v * W < n) storeUpTo(bias + j + v * W, total[v], n - v * W);
}
}  // namespace

void linear_grad_weight(const op::LinearGradWeight& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], in = a.x.dim[1], out = a.upstream.dim[1];
  const bool round = a.compute == op::LinearGradWeight::kBf16;
  const int64_t experts = a.weight.rank == 3 ? a.weight.dim[0] : 1;
  const RowGroups g = groupRows(a.expert, rows, experts, "linear_grad_weight", p);
  if (g.groups == 0) return;

  const auto productOf = [&](int64_t e) {
    const int32_t* of = g.rows(e);
    Product product{.a = {a.upstream.data, DType::f32, false, out, 1, a.upstream.stride[0], nullptr, of},
                    .b = {a.x.data, DType::f32, false, in, 1, a.x.stride[0], nullptr, of},
                    .depth = g.count(e),
                    .c = a.weight.f32() + e * out * in,
                    .ldc = in};
    if (round) roundOperands(product);
    return product;
  };
  const auto nothing = [](int64_t, int64_t, int64_t) {};
  const int64_t mean = rows / g.groups;
  if (shareable(out, in, mean, g.groups)) {
    SharedPanels memory;
    for (int64_t e = 0; e < g.groups && !p.cancelled(); ++e)
      multiplyWhole(productOf(e), out, in, memory, p, nothing);
  } else {
    const Grid grid(out, in, mean, g.groups, p.workers());
    const int64_t blocks = grid.blocks();
    p.chunks(g.groups * blocks, grid.grain(mean), [&](int64_t begin, int64_t end, int worker) {
      for (int64_t at = begin; at < end && !p.cancelled(); ++at) {
        const Product product = productOf(at / blocks);
        const Block block = grid.block(at % blocks);
        float* scratch = static_cast<float*>(p.scratch(worker, blockScratch(block, product.depth)));
        multiply(product, block, scratch, p, nothing);
      }
    });
  }

  if (!a.bias) return;
  const int64_t strips = (out + kStrip - 1) / kStrip;
  p.chunks(g.groups * strips, 1 + 4096 / (mean + 1), [&](int64_t begin, int64_t end, int) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t e = at / strips, j = at % strips * kStrip;
      const int64_t n = out - j < kStrip ? out - j : kStrip;
      sumRows(a.upstream, g.rows(e), g.count(e), a.bias.f32() + e * out, j, n);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
