#include <algorithm>

#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void ssm_scan(op::SsmScan& a, Encoder& encoder) {
  using Sizes = sizes::SsmScan;
  const int64_t sequences = std::max(a.offsets.dim[0] - 1, a.stateOut ? a.stateOut.dim[0] : 0);
  badPacked("ssm_scan", a.offsets, a.u.dim[0], a.expert, a.aLog.rank == 3 ? a.aLog.dim[0] : 1,
            Sizes::kExpertFault, encoder);
  // One more than there are sequences: for the rows that are in none.
  encoder.dispatch({"ssm_scan",
                    {a.softplus},
                    {divideUp(a.u.dim[1], Sizes::kChannels), static_cast<uint32_t>(sequences + 1), 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
