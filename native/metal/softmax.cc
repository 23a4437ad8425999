#include "native/metal/launch.h"

namespace vmm::metal {

void softmax(op::Softmax& a, Encoder& encoder) {
  using Sizes = sizes::Softmax;
  const bool wide = a.x.cols() > Sizes::kLongRow;
  if (a.x.cols() == 0) return;
  encoder.dispatch({"softmax",
                    {wide, a.log},
                    {divideUp(a.x.rows(), wide ? 1 : Sizes::kRows), 1, 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
