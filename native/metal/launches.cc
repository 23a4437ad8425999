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

std::byte* endOf(const View& view) {
  auto* begin = static_cast<std::byte*>(view.data);
  int64_t last = 0;
  for (int axis = 0; axis < view.rank; ++axis) {
    if (view.dim[axis] == 0) return begin;
    last += (view.dim[axis] - 1) * view.stride[axis];
  }
  return begin + (last + 1) * bytesOf(view.dtype);
}

}  // namespace vmm::metal
