#include "native/metal/launch.h"

namespace vmm::metal {

void softmax_grad(op::SoftmaxGrad& a, Encoder& encoder) {
  using Sizes = sizes::SoftmaxGrad;
  const bool wide = a.y.cols() > Sizes::kLongRow;
  if (a.y.cols() == 0) return;
  encoder.dispatch({"softmax_grad",
                    {wide, a.log},
                    {divideUp(a.y.rows(), wide ? 1 : Sizes::kRows), 1, 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
