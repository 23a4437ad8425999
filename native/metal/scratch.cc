#include "native/metal/scratch.h"

#include <algorithm>
#include <utility>

namespace vmm::metal {

ScratchPiece Scratch::take(size_t bytes) {
  const size_t size = alignUp(std::max<size_t>(bytes, 1), kAlignment);
  if (used_ + size > (wrapped_ ? first_ : pages_.bytes())) {
    if (!begun_ && size <= pages_.bytes()) {
      first_ = used_ = 0;
    } else if (begun_ && !wrapped_ && size <= first_) {
      // Round the ring, up to where the op has begun.
      used_ = 0;
      wrapped_ = true;
    } else {
      Region larger = Region::pages(std::max({2 * pages_.bytes(), 2 * size, kLeast}), Purpose::scratch);
      if (!larger) return {};
      outgrown_.push_back(std::exchange(pages_, std::move(larger)));
      first_ = used_ = 0;
      wrapped_ = false;
    }
  }
  begun_ = true;
  taken_ += size;
  demand_.note(2 * taken_);
  std::byte* data = pages_.data() + used_;
  used_ += size;
  return {data, pages_.data(), pages_.bytes()};
}

void Scratch::endPeriod() {
  reset();
  if (demand_.isFarBelow(pages_.bytes())) {
    pages_ = Region();
    used_ = 0;
  }
  demand_.endPeriod();
}

}  // namespace vmm::metal
