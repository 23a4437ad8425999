// Operands of products (kernels/product.h) that several ops have.
#pragma once
#include <metal_stdlib>
#include "kernels/storage.h"
using namespace metal;

inline float asOperand(float x, bool rounded) { return rounded ? float(bfloat(x)) : x; }

// Rows first … first + count of a matrix, or those that a list has there.
struct Rows {
  device const float* data;
  long stride;
  device const uint* list;
  bool listed;
  uint first, count;
  bool rounded;
  static constexpr constant bool across = false;

  uint row(uint v) const { return listed ? list[first + v] : first + v; }
  float at(uint v, uint k) const { return asOperand(data[long(row(v)) * stride + k], rounded); }
};

// Vectors of a matrix of any strides and storage, from the one at `data` on.
struct Strided {
  device const void* data;
  int dtype;
  long offset, perVector, perDepth;
  uint count;
  bool rounded, across;

  float at(uint v, uint k) const {
    return asOperand(loadFloat(data, dtype, ulong(offset + long(v) * perVector + long(k) * perDepth)),
                     rounded);
  }
};
