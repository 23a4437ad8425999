#include "native/metal/attention.h"

namespace vmm::metal {

void attention_grad(op::AttentionGrad& a, Encoder& encoder) {
  using Sizes = sizes::AttentionGrad;
  const int64_t heads = a.q.dim[1], kvHeads = a.k.dim[1], dk = a.q.dim[2], dv = a.v.dim[2];
  if (heads == 0) return;
  a.scale = scaleOf(a.scale, dk);
  badSequences("attention_grad", a, View{}, encoder);
  const int64_t width = a.dBias ? a.dBias.dim[1] : 0, cols = std::max<int64_t>({dk, dv, 1});
  const uint32_t tiles = queryTiles(a, 1, Sizes::kRows);
  const uint32_t across = divideUp(std::max<int64_t>(dk, 1), Sizes::kMostCols),
                 keysAcross = divideUp(cols, Sizes::kMostCols);
  const std::vector<int32_t> constants = {a.causal, cols > Sizes::kCols ? 2 : 1, width > 0};
  const Size threads{Sizes::kThreads, 1, 1};
  encoder.scratch(static_cast<size_t>(a.q.dim[0] * heads) * sizeof(float));
  if (width > 0) encoder.scratch(static_cast<size_t>(tiles * heads * width) * sizeof(float));
  encoder.dispatch({"attention_grad", constants, {static_cast<uint32_t>(heads) * across, tiles, 1}, threads});
  encoder.dispatch({"attention_grad_keys",
                    constants,
                    {static_cast<uint32_t>(kvHeads) * keysAcross, divideUp(a.k.dim[0], Sizes::kRows), 1},
                    threads});
  if (width > 0)
    encoder.dispatch({"attention_grad_bias",
                      constants,
                      {divideUp(width, Sizes::kThreads), static_cast<uint32_t>(heads), 1},
                      threads});
}

}  // namespace vmm::metal
