// What the launches of attention and of its gradient share.
#pragma once
#include <algorithm>
#include <cmath>

#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

// The kernel reports the number of a bad offset, from `firstRange` on that of a bad range of keys, and from
// `firstIndex` on the place of a bad index of a key.
template <class Args>
void badSequences(const char* op, const Args& a, const View& keyIndex, Encoder& encoder) {
  constexpr uint32_t firstRange = sizes::headers::Attention::kRangeFault;
  constexpr uint32_t firstIndex = sizes::headers::Attention::kIndexFault;
  const int64_t rows = a.q.dim[0], keyRows = a.k.dim[0], keys = keyIndex ? keyIndex.dim[0] : keyRows,
                limit = a.kvRange ? rows : std::min(rows, keys);
  encoder.onFault([=, offsets = a.offsets, ranges = a.kvRange](uint32_t at) {
    const std::string start = std::string(op) + ": ";
    if (at >= firstIndex) return badValue(op, "keyIndex", keyIndex, at - firstIndex, keyRows, " to ");
    if (at >= firstRange) {
      const int32_t* range = ranges.i32() + size_t{2} * (at - firstRange);
      return start + "kvRange[" + std::to_string(at - firstRange) + "] is " + std::to_string(range[0]) +
             " to " + std::to_string(range[1]) + "; expected a range within 0 to " + std::to_string(keys);
    }
    const int32_t* offset = offsets.i32() + at;
    return start + "offsets[" + std::to_string(at) + "] is " + std::to_string(*offset) + "; expected " +
           std::to_string(at ? offset[-1] : 0) + " to " + std::to_string(at ? limit : 0);
  });
}

// Tiles of `height` rows, of which a query has `each`: those of all sequences, and of what is in none.
template <class Args>
uint32_t queryTiles(const Args& a, int64_t each, uint32_t height) {
  const int64_t sequences = std::max<int64_t>(a.offsets.dim[0], 1);
  return static_cast<uint32_t>(a.q.dim[0] * each / height + sequences);
}

inline float scaleOf(float scale, int64_t dk) {
  return scale == 0 ? 1 / std::sqrt(static_cast<float>(dk)) : scale;
}

}  // namespace vmm::metal
