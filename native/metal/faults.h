// What launches say of bad data that a kernel has found, in the words of the CPU kernels.
#pragma once
#include "native/metal/launch.h"

namespace vmm::metal {

// Says that an index is not below `limit`; `to` stands between the least and the most.
std::string badValue(const char* op, const char* name, const View& index, int64_t at, int64_t limit,
                     const char* to);

// The kernel reports the row of an index that is not below `limit`.
void badIndex(const char* op, const char* name, const View& index, int64_t limit, const char* to,
              Encoder& encoder);

// The kernel reports the position of an expert that does not exist.
void badExpert(const char* op, const View& expert, int64_t experts, const char* to, Encoder& encoder);

// The kernel reports the position of a class that does not exist and is not the one to ignore.
void badTarget(const char* op, const View& targets, int64_t classes, int32_t ignored, Encoder& encoder);

inline constexpr uint32_t kExpertFault = sizes::headers::Sequences::kExpertFault;

// The kernel reports the position of a bad offset, or from `firstExpert` on that of a bad expert.
void badPacked(const char* op, const View& offsets, int64_t rows, const View& expert, int64_t experts,
               uint32_t firstExpert, Encoder& encoder);

// The kernel reports the position of a bad offset, or from `firstIndex` on that of an index that is neither
// -1 nor a row.
void badSegments(const char* op, const View& offsets, int64_t rows, const View& index, uint32_t firstIndex,
                 Encoder& encoder);

}  // namespace vmm::metal
