#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void cache_append(op::CacheAppend& a, Encoder& encoder) {
  using Sizes = sizes::CacheAppend;
  const View slot = a.slot, position = a.position;
  const int64_t slots = a.cache.dim[0], capacity = a.cache.dim[1];
  encoder.onFault([=](uint32_t row) {
    const bool ofSlot = row < Sizes::kPositionFault;
    return ofSlot ? badValue("cache_append", "slot", slot, row, slots, " to ")
                  : badValue("cache_append", "position", position, row - Sizes::kPositionFault, capacity,
                             " to ");
  });
  encoder.dispatch({"cache_append",
                    {static_cast<int32_t>(a.cacheOut.dtype)},
                    {divideUp(a.cache.dim[2], Sizes::kCols), divideUp(a.x.dim[0], Sizes::kRows), 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
