// pack_weight: packed[j / 32, i, j % 32] = weight[j, i]; bf16 with pairs of i side by side. Zeros in what is
// left. weight: [out, in] of any strides. Moves 2 bytes(weight); run once per weight.
#include "native/cpu/kernel.h"
#include "native/cpu/pack.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
template <class T>
void packPanels(const View& weight, const View& packed, int64_t side, int64_t begin, int64_t end) {
  const int64_t out = weight.dim[0], in = weight.dim[1], depth = packed.dim[1];
  for (int64_t panel = begin; panel < end; ++panel)
    for (int64_t q = 0; q < depth; ++q)
      for (int64_t lane = 0; lane < kPanel; ++lane)
        for (int64_t s = 0; s < side; ++s) {
          const int64_t j = panel * kPanel + lane, i = q * side + s;
          packed.as<T>()[((panel * depth + q) * kPanel + lane) * side + s] =
              j < out && i < in ? weight.as<T>()[j * weight.stride[0] + i * weight.stride[1]] : T{};
        }
}
}  // namespace

void pack_weight(const op::PackWeight& a, Parallel& p) {
  const int64_t side = a.weight.dtype == DType::bf16 ? 2 : 1;
  const int64_t panels = (a.weight.dim[0] + kPanel - 1) / kPanel, depth = (a.weight.dim[1] + side - 1) / side;
  if (a.packed.dim[0] != panels || a.packed.dim[1] != depth || a.packed.dim[2] != side * kPanel)
    return p.fail("pack_weight: the result has no room for the weight");
  p.chunks(panels, 1 + 1000 / (depth + 1), [&](int64_t begin, int64_t end, int) {
    if (a.weight.dtype == DType::f32)
      packPanels<float>(a.weight, a.packed, side, begin, end);
    else
      packPanels<uint16_t>(a.weight, a.packed, side, begin, end);
  });
}

}  // namespace vmm::cpu::VMM_ISA
