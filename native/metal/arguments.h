// The arguments of a CPU kernel as the struct that its Metal kernel reads.
#pragma once
#include <cstddef>
#include <vector>

#include "native/program/op_table.h"

namespace vmm::metal {

// False when a size does not fit the 32 bits that it has there.
bool packArguments(const OpSpec& op, const void* args, std::vector<std::byte>& packed);

}  // namespace vmm::metal
