#include "native/metal/launch.h"
#include "native/metal/faults.h"

namespace vmm::metal {

void rms_norm(op::RmsNorm& a, Encoder& encoder) {
  using Sizes = sizes::RmsNorm;
  const int64_t rows = a.x.dim[0];
  const bool wide = a.x.dim[1] > Sizes::kLongRow;
  const int64_t experts = a.weight.rank == 2 ? a.weight.dim[0] : 1;
  if (experts == 0) return encoder.refuse();
  badExpert("rms_norm", a.expert, experts, " to ", encoder);
  encoder.dispatch({"rms_norm",
                    {wide, static_cast<int32_t>(a.weight.dtype)},
                    {divideUp(rows, wide ? 1 : Sizes::kRows), 1, 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
