// The kernels of one instruction set by op number. A kernel that is missing is missing at link time.
namespace vmm::cpu::VMM_ISA {

#define VMM_OP(fn, Args) void fn(const op::Args& args, Parallel& parallel);
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
