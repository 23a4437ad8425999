// Elements of any type, moved as they are.
#pragma once
#include <metal_stdlib>
using namespace metal;

// y[to] = x[from] for elements of 1, 2 or 4 bytes.
inline void moveElement(device void* y, ulong to, device const void* x, ulong from, int bytes) {
  switch (bytes) {
    case 1:
      ((device uchar*)y)[to] = ((device const uchar*)x)[from];
      return;
    case 2:
      ((device ushort*)y)[to] = ((device const ushort*)x)[from];
      return;
    default:
      ((device uint*)y)[to] = ((device const uint*)x)[from];
  }
}
