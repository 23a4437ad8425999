// The emulated device in the place of the instruction sets of a CPU: programs run on it as they are.
#include <array>
#include <utility>

#include "native/generated/ops.h"
#include "native/metal_emulated/device.h"

namespace vmm {
namespace {

template <uint32_t Number>
void emulate(const void* args, Parallel& parallel) {
  emulated::device().execute(kOps[Number], Number, args, parallel);
}

constexpr uint32_t kOpsHere = 0
#define VMM_OP(name, Name) +1
#include "native/generated/ops.inc"
#undef VMM_OP
    ;

template <uint32_t... Number>
constexpr std::array<KernelFn, kOpsHere> kernels(std::integer_sequence<uint32_t, Number...>) {
  return {emulate<Number>...};
}
constexpr auto kEmulated = kernels(std::make_integer_sequence<uint32_t, kOpsHere>());

}  // namespace

const KernelSet kKernelSets[] = {{"metal-emulated", [] { return true; }, kEmulated.data()}};
const int kKernelSetCount = 1;

}  // namespace vmm
