#include "native/metal/hazards.h"

#include <algorithm>

namespace vmm::metal {

bool Hazards::conflict(std::span<const Touched> next) const {
  return std::any_of(touched_.begin(), touched_.end(), [next](const Touched& before) {
    return std::any_of(next.begin(), next.end(), [&before](const Touched& after) {
      return (before.written || after.written) && before.begin < after.end && after.begin < before.end;
    });
  });
}

void Hazards::add(std::span<const Touched> next) {
  touched_.insert(touched_.end(), next.begin(), next.end());
}

}  // namespace vmm::metal
