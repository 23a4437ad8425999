// The text of the Metal kernels, embedded in the addon.
#pragma once
#include <string>

namespace vmm::metal {

struct Source {
  const char* path;  // such as kernels/linear.metal
  const char* text;
};
// Ends with a null path.
extern const Source kSources[];

// kernels/<op>.metal with each header in the place of its first include: Metal compiles text, and finds no
// files. Empty when there is none.
std::string sourceOf(const char* op);

}  // namespace vmm::metal
