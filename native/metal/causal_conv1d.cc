#include <algorithm>

#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void causal_conv1d(op::CausalConv1d& a, Encoder& encoder) {
  using Sizes = sizes::CausalConv1d;
  const int64_t rows = a.x.dim[0],
                sequences = std::max(a.offsets.dim[0] - 1, a.stateOut ? a.stateOut.dim[0] : 0);
  const uint32_t steps = rows <= Sizes::kFewRows ? Sizes::kFewSteps : Sizes::kSteps;
  const uint32_t tile = Sizes::kStrips * steps;
  badPacked("causal_conv1d", a.offsets, rows, a.expert, a.weight.rank == 3 ? a.weight.dim[0] : 1,
            kExpertFault, encoder);
  // The first sequence is looked at even where there is none, for the first offset.
  encoder.dispatch(
      {"causal_conv1d",
       {static_cast<int32_t>(a.weight.dim[a.weight.rank - 1]), a.activation, static_cast<int32_t>(steps)},
       {divideUp(a.x.dim[1], Sizes::kChannels),
        divideUp(rows, tile) + divideUp(std::max<int64_t>(sequences, 1), tile), 1},
       {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
