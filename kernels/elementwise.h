// How elementwise kernels share out a row-major output: as rows and columns, of which a threadgroup covers a
// tile. The host has merged the axes (native/metal/merge.h): every tensor has the rank of the output, with
// stride 0 along axes that it does not vary with.
#pragma once
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

// The element that a thread computes in a step: its neighbour along the row, or with `tall` along the column.
struct Place {
  uint row, col;
};
inline Place placeOf(uint2 group, uint2 at, uint2 threads, uint steps, uint step, bool tall) {
  const uint2 tile = tall ? uint2(threads.x, threads.y * steps) : uint2(threads.x * steps, threads.y);
  const uint2 moved = tall ? uint2(at.x, at.y + step * threads.y) : uint2(at.x + step * threads.x, at.y);
  const uint2 place = group * tile + moved;
  return Place{place.y, place.x};
}

inline uint rowsOf(constant op::Tensor& y) {
  uint rows = 1;
  for (uint axis = 0; axis + 1 < y.rank; ++axis) rows *= y.dim[axis];
  return rows;
}
inline uint colsOf(constant op::Tensor& y) { return y.dim[y.rank - 1]; }

// Offset of an element of x, in elements.
inline long offsetOf(constant op::Tensor& x, constant op::Tensor& y, Place place) {
  long offset = long(place.col) * x.stride[y.rank - 1];
  uint row = place.row;
  for (uint axis = y.rank - 1; axis > 0; --axis) {
    const uint dim = y.dim[axis - 1];
    offset += long(row % dim) * x.stride[axis - 1];
    row /= dim;
  }
  return offset;
}

// Where an element is along an axis of y.
inline uint indexAlong(constant op::Tensor& y, uint axis, Place place) {
  if (axis + 1 == y.rank) return place.col;
  uint row = place.row;
  for (uint later = y.rank - 1; later > axis + 1; --later) row /= y.dim[later - 1];
  return row % y.dim[axis];
}
