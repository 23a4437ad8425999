#include <algorithm>

#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void ssm_scan_grad(op::SsmScanGrad& a, Encoder& encoder) {
  using Sizes = sizes::SsmScanGrad;
  const int64_t rows = a.u.dim[0], d = a.u.dim[1], n = a.b.dim[1], given = a.offsets.dim[0] - 1;
  const int64_t sequences = std::max(given, a.dState ? a.dState.dim[0] : 0);
  const int64_t experts = a.aLog.rank == 3 ? a.aLog.dim[0] : 1;
  const uint32_t groups = divideUp(d, Sizes::kChannels);
  const std::vector<int32_t> constants = {a.softplus};
  const Size threads = {Sizes::kSumThreads, 1, 1};
  badPacked("ssm_scan_grad", a.offsets, rows, a.expert, experts, kExpertFault, encoder);
  encoder.scratch(static_cast<size_t>(groups * rows * 2 * n) * 4);
  encoder.scratch(static_cast<size_t>(given * (n + 2) * d) * 4);
  // One more, for the rows that are in no sequence.
  encoder.dispatch({"ssm_scan_grad",
                    constants,
                    {groups, static_cast<uint32_t>(sequences + 1), 1},
                    {Sizes::kThreads, 1, 1}});
  encoder.dispatch(
      {"ssm_scan_grad_rows", constants, {divideUp(rows * 2 * n, Sizes::kSumThreads), 1, 1}, threads});
  encoder.dispatch({"ssm_scan_grad_parameters",
                    constants,
                    {divideUp((n + 2) * d, Sizes::kSumThreads), static_cast<uint32_t>(experts), 1},
                    threads});
}

}  // namespace vmm::metal
