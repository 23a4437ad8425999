#include "native/metal/launch.h"

namespace vmm::metal {

void assign_clusters(op::AssignClusters& a, Encoder& encoder) {
  using Sizes = sizes::AssignClusters;
  encoder.dispatch(
      {"assign_clusters", {}, {divideUp(a.x.dim[0], Sizes::kRows), 1, 1}, {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
