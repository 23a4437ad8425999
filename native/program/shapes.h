// Whether the shapes of one node are what its op says. Sizes are capacities.
#pragma once
#include "native/program/program.h"

namespace vmm {

// Also raises Tensor::leastLive where a pattern needs a live count that is not too small.
Status verifyShapes(Program& program, int32_t number);

}  // namespace vmm
