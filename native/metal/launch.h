// How an op becomes dispatches of its Metal kernels. A launch knows the sizes of a kernel and the shapes of a
// call; an encoder knows the device: Metal itself, or the emulation.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "native/generated/metal_sizes.h"
#include "native/generated/ops.h"

namespace vmm::metal {

using Size = std::array<uint32_t, 3>;

inline constexpr uint32_t kLanes = 32;

// Buffer 0 holds the arguments (kernels/generated/args.h), the tensors follow in the order of the op table,
// then the scratch; the last buffer is a word in which a kernel reports bad data.
inline constexpr uint32_t kFirstTensor = 1, kFaultBuffer = 30;

struct Dispatch {
  const char* kernel;
  std::vector<int32_t> constants;  // function constants, by index
  Size groups{1, 1, 1};            // nothing happens when one of them is 0
  Size threads{kLanes, 1, 1};      // of a threadgroup
};

class Encoder {
 public:
  // Memory of the device for this op, bound after the tensors, then after the scratch before it.
  virtual void scratch(size_t bytes) = 0;
  virtual void dispatch(const Dispatch& dispatch) = 0;
  // The op is left to the CPU, which also says what is wrong with it, where something is.
  virtual void refuse() = 0;
  // The op has failed when a kernel lowered the word of kFaultBuffer; `explain` says what the number means.
  virtual void onFault(std::function<std::string(uint32_t)> explain) = 0;

 protected:
  ~Encoder() = default;
};

// `args` is a copy of the op's arguments that belongs to the launch: it may merge axes of its views, or
// narrow them from dispatch to dispatch.
using Launch = void (*)(void* args, Encoder& encoder);

// By op number; null where there is no Metal kernel.
Launch launchOf(uint32_t number);

// One past the last byte that a view reaches.
std::byte* endOf(const View& view);

constexpr uint32_t divideUp(int64_t n, int64_t by) { return static_cast<uint32_t>((n + by - 1) / by); }

}  // namespace vmm::metal
