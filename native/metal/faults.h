// What launches say of bad data that a kernel has found, in the words of the CPU kernels.
#pragma once
#include "native/metal/launch.h"

namespace vmm::metal {

// The kernel reports the position of an expert that does not exist; `to` stands between the least and the
// most.
void badExpert(const char* op, const View& expert, int64_t experts, const char* to, Encoder& encoder);

// As in kernels/sequences.h.
inline constexpr uint32_t kExpertFault = 1 << 30;

// The kernel reports the position of a bad offset, or from `firstExpert` on that of a bad expert.
void badPacked(const char* op, const View& offsets, int64_t rows, const View& expert, int64_t experts,
               uint32_t firstExpert, Encoder& encoder);

}  // namespace vmm::metal
