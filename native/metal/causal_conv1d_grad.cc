#include <algorithm>

#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void causal_conv1d_grad(op::CausalConv1dGrad& a, Encoder& encoder) {
  using Sizes = sizes::CausalConv1dGrad;
  const int64_t rows = a.x.dim[0], d = a.x.dim[1], width = a.weight.dim[a.weight.rank - 1];
  const int64_t sequences = std::max(a.offsets.dim[0] - 1, a.dState ? a.dState.dim[0] : 0);
  const int64_t experts = a.weight.rank == 3 ? a.weight.dim[0] : 1, chunks = rows / Sizes::kRows + sequences;
  const std::vector<int32_t> constants = {static_cast<int32_t>(width), a.activation};
  const Size threads = {Sizes::kThreads, 1, 1};
  badPacked("causal_conv1d_grad", a.offsets, rows, a.expert, experts, kExpertFault, encoder);
  encoder.scratch(static_cast<size_t>(divideUp(chunks, Sizes::kChunks) * Sizes::kChunks * (width + 1) * d) *
                  4);
  // One more, for the rows that are in no sequence.
  encoder.dispatch({"causal_conv1d_grad",
                    constants,
                    {divideUp(d, Sizes::kChannels), divideUp(chunks, Sizes::kChunks) + 1, 1},
                    threads});
  encoder.dispatch({"causal_conv1d_grad_sum",
                    constants,
                    {divideUp((width + 1) * d, Sizes::kThreads), static_cast<uint32_t>(experts), 1},
                    threads});
}

}  // namespace vmm::metal
