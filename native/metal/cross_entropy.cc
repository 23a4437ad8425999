#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void cross_entropy(op::CrossEntropy& a, Encoder& encoder) {
  using Sizes = sizes::CrossEntropy;
  const int64_t vocab = a.logits.dim[1];
  const bool wide = vocab > Sizes::kLongRow;
  badTarget("cross_entropy", a.targets, vocab, a.ignoreIndex, encoder);
  encoder.dispatch({"cross_entropy",
                    {wide, a.labelSmoothing > 0},
                    {divideUp(a.logits.dim[0], wide ? 1 : Sizes::kRows), 1, 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
