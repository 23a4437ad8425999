#include "native/metal/launch.h"

namespace vmm::metal {

#define VMM_METAL_OP(name, Name) void name(op::Name&, Encoder&);
#include "native/generated/metal_ops.inc"
#undef VMM_METAL_OP

Launch launchOf(uint32_t number) {
  switch (number) {
#define VMM_METAL_OP(name, Name) \
  case op::Name::kNumber:        \
    return [](void* args, Encoder& encoder) { name(*static_cast<op::Name*>(args), encoder); };
#include "native/generated/metal_ops.inc"
#undef VMM_METAL_OP
    default:
      return nullptr;
  }
}

}  // namespace vmm::metal
