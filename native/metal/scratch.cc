#include "native/metal/scratch.h"

#include <algorithm>
#include <utility>

namespace vmm::metal {

ScratchPiece Scratch::take(size_t bytes) {
  const size_t size = alignUp(std::max<size_t>(bytes, 1), kAlignment);
  if (used_ + size > pages_.bytes()) {
    // Round the ring only before the first piece of an op: later it could meet its own.
    if (!begun_ && size <= pages_.bytes()) {
      used_ = 0;
    } else {
      Region larger = Region::pages(std::max({2 * pages_.bytes(), 2 * size, kLeast}), Purpose::scratch);
      if (!larger) return {};
      outgrown_.push_back(std::exchange(pages_, std::move(larger)));
      used_ = 0;
    }
  }
  begun_ = true;
  std::byte* data = pages_.data() + used_;
  used_ += size;
  return {data, pages_.data(), pages_.bytes()};
}

}  // namespace vmm::metal
