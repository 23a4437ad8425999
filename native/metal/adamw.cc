#include <cmath>

#include "native/metal/merge.h"

namespace vmm::metal {

void adamw(op::Adamw& a, Encoder& encoder) {
  using Sizes = sizes::Adamw;
  if (!(a.step >= 1)) return encoder.refuse();
  a.weightDecay = static_cast<float>(1 - a.lr * a.weightDecay);
  a.lr /= 1 - std::pow(static_cast<double>(a.beta1), a.step);
  a.step = std::sqrt(1 - std::pow(static_cast<double>(a.beta2), a.step));
  mergeAxes(a.paramOut, {&a.param});
  encoder.dispatch({"adamw",
                    {},
                    {divideUp(a.param.dim[0], Sizes::kThreads * Sizes::kSteps), 1, 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
