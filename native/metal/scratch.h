// Memory that ops use while they run, beside their tensors. It is taken in a ring: what comes later may lie
// where something earlier was, and hazards see to it that it waits.
#pragma once
#include <vector>

#include "native/memory/demand.h"
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
  void beginOp() {
    begun_ = wrapped_ = false;
    first_ = used_;
    taken_ = 0;
  }
  ScratchPiece take(size_t bytes);
  // No piece is in use any more.
  void reset() { outgrown_.clear(); }
  // The same, and a period of runs is over: frees a ring that was far larger than its ops needed.
  void endPeriod();

 private:
  static constexpr size_t kLeast = size_t{1} << 20;

  Region pages_;
  std::vector<Region> outgrown_;
  Demand demand_;
  size_t taken_ = 0;  // by the op at hand
  size_t used_ = 0;
  size_t first_ = 0;                      // where the op at hand begins
  bool begun_ = false, wrapped_ = false;  // it has a piece; it goes on at the start of the ring
};

}  // namespace vmm::metal
