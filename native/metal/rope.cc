#include "native/metal/launch.h"

namespace vmm::metal {

void rope(op::Rope& a, Encoder& encoder) {
  using Sizes = sizes::Rope;
  const uint32_t down = Sizes::kThreads / Sizes::kAcross;
  if (2 * a.invFreq.dim[0] > a.x.dim[2]) return encoder.refuse();
  const int64_t rows = a.x.dim[0], heads = a.x.dim[1], own = a.x.dim[2] - a.invFreq.dim[0];
  encoder.dispatch({"rope",
                    {a.interleaved, a.inverse},
                    {divideUp(own, Sizes::kAcross), divideUp(rows, down), divideUp(heads, Sizes::kHeads)},
                    {Sizes::kAcross, down, 1}});
}

}  // namespace vmm::metal
