// The shape of the op table. Its rows are generated from lib/ops (native/generated/op_table.inc): what an op
// takes and gives, so that a program can be verified without knowing any op by name.
#pragma once
#include <cstddef>
#include <cstdint>
#include "native/cpu/kernel.h"

namespace vmm {

// One axis of a shape pattern such as "experts? out in" or "... d" or "sequences+1".
struct DimToken {
  enum Kind : uint8_t { kSymbol, kLiteral, kEllipsis, kOptional };
  Kind kind;
  uint8_t symbol;  // index into the op's symbols (kSymbol, kOptional)
  int16_t add;     // symbol + add, or the literal itself
};

enum class Layout : uint8_t { strided, rows, contiguous };

struct TensorSpec {
  const char* name;
  bool optional;
  Layout layout;
  int8_t sameDtypeAs;  // outputs: index of the input whose dtype it has, or -1
  int8_t updates;      // outputs: index of the input that it replaces, or -1
  uint16_t dtypes;     // bit per DType
  int8_t dims;         // tokens used; -1: the rule decides
  DimToken dim[kMaxRank];
};

// Shapes that patterns cannot say; verify.cc has one check for each.
enum class ShapeRule : uint8_t { pattern, broadcast, reduce, concat, pad };

struct AttrSpec {
  const char* name;
  enum Kind : uint8_t { kInt, kFloat, kBool, kEnum } kind;
  int32_t limit;  // kEnum: number of values
};

struct OpSpec {
  const char* name;
  ShapeRule rule;
  bool interruptible;  // false: runs to the end once begun, and cancellation is off until the program ends
  uint8_t inputs, outputs, runs, attrs;
  // The argument struct is View[inputs + outputs], then double[runs], then 4 bytes per attr.
  uint32_t argBytes;
  const TensorSpec* tensors;  // inputs, then outputs
  const AttrSpec* attr;
};

inline constexpr int kMaxTensors = 24, kMaxRuns = 8, kMaxAttrs = 16, kMaxSymbols = 24;

using KernelFn = void (*)(const void* args, Parallel& parallel);

// One per instruction set that this build has, best last; `supported` asks the running machine.
struct KernelSet {
  const char* name;
  bool (*supported)();
  const KernelFn* kernels;  // indexed by op number
};

extern const OpSpec kOps[];
extern const int kOpCount;
extern const uint32_t kOpTableHash;  // of the whole table: TypeScript and native code must agree
extern const KernelSet kKernelSets[];
extern const int kKernelSetCount;

}  // namespace vmm
