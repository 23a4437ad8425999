// Numbers stored as floats (f32, f16, bf16) or integers (i8, u8, i32). The type is a function constant where
// speed matters, so that the branch is gone.
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

// Rounds to nearest, ties to even.
inline void storeFloat(device void* data, int dtype, ulong at, float x) {
  switch (dtype) {
    case op::kF16:
      ((device half*)data)[at] = half(x);
      return;
    case op::kBf16:
      ((device bfloat*)data)[at] = bfloat(x);
      return;
    default:
      ((device float*)data)[at] = x;
  }
}

inline bool isFloat(int dtype) { return dtype == op::kF32 || dtype == op::kF16 || dtype == op::kBf16; }

inline int loadInt(device const void* data, int dtype, ulong at) {
  switch (dtype) {
    case op::kI8:
      return ((device const char*)data)[at];
    case op::kU8:
      return ((device const uchar*)data)[at];
    default:
      return ((device const int*)data)[at];
  }
}
// What is beyond the type becomes its least or largest number.
inline void storeInt(device void* data, int dtype, ulong at, int x) {
  switch (dtype) {
    case op::kI8:
      ((device char*)data)[at] = char(clamp(x, -128, 127));
      return;
    case op::kU8:
      ((device uchar*)data)[at] = uchar(clamp(x, 0, 255));
      return;
    default:
      ((device int*)data)[at] = x;
  }
}
// Without the fraction, at most what an int holds; NaN is 0.
inline int truncated(float x) {
  if (x != x) return 0;
  return x >= 0x1p31f ? 0x7fffffff : int(max(x, -0x1p31f));
}
