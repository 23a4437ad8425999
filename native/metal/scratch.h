// Memory that ops use while they run, beside their tensors. It is taken in a ring: what comes later may lie
// where something earlier was, and hazards see to it that it waits.
#pragma once
#include <vector>

#include "native/memory/region.h"

namespace vmm::metal {

// A part of a block of pages. Without memory `data` is null.
struct ScratchPiece {
  std::byte* data;
  std::byte* base;
  size_t baseBytes;
};

class Scratch {
 public:
  // Pieces of one op never share memory.
  void beginOp() { begun_ = false; }
  ScratchPiece take(size_t bytes);
  // No piece is in use any more.
  void reset() { outgrown_.clear(); }

 private:
  static constexpr size_t kLeast = size_t{1} << 20;

  Region pages_;
  std::vector<Region> outgrown_;
  size_t used_ = 0;
  bool begun_ = false;  // the op at hand has a piece
};

}  // namespace vmm::metal
