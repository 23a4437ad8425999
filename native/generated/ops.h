// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#include "native/cpu/kernel.h"

namespace vmm::op {

struct Copy {
  static constexpr int kNumber = 0;
  View x;
  View y;
};
static_assert(sizeof(Copy) == 224 && std::is_standard_layout_v<Copy>);

struct Pad {
  static constexpr int kNumber = 1;
  View x;
  View y;
  int32_t axis;
  int32_t before;
  int32_t after;
};
static_assert(sizeof(Pad) == 240 && std::is_standard_layout_v<Pad>);

}  // namespace vmm::op
