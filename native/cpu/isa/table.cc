// The kernels of one instruction set by op number. Declared hidden, so that one that is missing fails the
// link of the addon: a shared library may leave other symbols to be found when it is loaded.
namespace vmm::cpu::VMM_ISA {

#define VMM_OP(fn, Args) \
  __attribute__((visibility("hidden"))) void fn(const op::Args& args, Parallel& parallel);
#include "native/generated/ops.inc"
#undef VMM_OP

namespace {
template <class Args, void (*kernel)(const Args&, Parallel&)>
void call(const void* args, Parallel& parallel) {
  kernel(*static_cast<const Args*>(args), parallel);
}
}  // namespace

extern const KernelFn kKernels[];
const KernelFn kKernels[] = {
#define VMM_OP(fn, Args) call<op::Args, fn>,
#include "native/generated/ops.inc"
#undef VMM_OP
};

}  // namespace vmm::cpu::VMM_ISA
