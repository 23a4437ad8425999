// Numbers stored as f32, f16 or bf16. The type is a function constant where speed matters, so that the branch
// is gone.
#pragma once
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

inline float loadFloat(device const void* data, int dtype, ulong at) {
  switch (dtype) {
    case op::kF16:
      return float(((device const half*)data)[at]);
    case op::kBf16:
      return float(((device const bfloat*)data)[at]);
    default:
      return ((device const float*)data)[at];
  }
}
