// Elementwise launches: neighbouring axes that all tensors walk evenly become one.
#pragma once
#include <initializer_list>

#include "native/metal/launch.h"

namespace vmm::metal {

// Gives `y` and all inputs the same axes, at least one: sizes of 1 are gone, and an input has stride 0 along
// an axis that it does not vary with. Inputs are aligned with y at the right, as in NumPy.
void mergeAxes(View& y, std::initializer_list<View*> inputs);

// The tiles of an elementwise kernel over merged tensors. They are tall where a tile of several rows uses
// lines of an input that one of a single row would fetch again.
struct Tiles {
  Size groups, threads;
  int32_t tall;   // steps go down the columns
  int32_t steps;  // elements of a thread
};
inline constexpr uint32_t kTileThreads = 256;
Tiles tilesOf(const View& y, std::initializer_list<const View*> inputs);

}  // namespace vmm::metal
