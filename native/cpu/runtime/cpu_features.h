// What the running processor can do, in the words that compilers use.
#pragma once

namespace vmm {

// Whether the processor and the operating system support all of the space-separated features.
bool cpuHas(const char* features);

}  // namespace vmm
