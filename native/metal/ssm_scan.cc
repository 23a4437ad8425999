#include <algorithm>

#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void ssm_scan(op::SsmScan& a, Encoder& encoder) {
  using Sizes = sizes::SsmScan;
  const int64_t sequences = std::max(a.offsets.dim[0] - 1, a.stateOut ? a.stateOut.dim[0] : 0);
  // Where some sequences may have several rows, those take a threadgroup each.
  const uint32_t together = a.u.dim[0] <= sequences ? Sizes::kTogether : 1;
  badPacked("ssm_scan", a.offsets, a.u.dim[0], a.expert, a.aLog.rank == 3 ? a.aLog.dim[0] : 1, kExpertFault,
            encoder);
  // One more, for the rows that are in no sequence.
  encoder.dispatch({"ssm_scan",
                    {a.softplus, static_cast<int32_t>(together)},
                    {divideUp(a.u.dim[1], Sizes::kChannels), divideUp(sequences, together) + 1, 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
