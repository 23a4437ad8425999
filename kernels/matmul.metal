// matmul: y[…, i, j] = sum_p a[…, i, p] b[…, p, j]. a [..., m, k] and b [..., k, n]: f32, f16 or bf16, any
// strides; y
// [..., m, n] f32. Threadgroups make tiles of 64 x 128 outputs of one matrix, or of 8 x 32 where there are
// few rows or few tiles (kernels/product.h). Moves a, b and y once if caches hold the rows of tiles;
// threadgroups together ask for a n / 128 times and for b m / 64 times, with small tiles n / 32 and m / 8
// times. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s f32), computed, not measured: 2 m n k operations at 18
// TFLOP/s where m and n are some 130 or more: three matrices of 1024 x 1024 in 120 us.
#include <metal_stdlib>
#include "kernels/operands.h"
#include "kernels/product.h"
using namespace metal;

constant int small [[function_constant(0)]];
constant int leftType [[function_constant(1)]];
constant int rightType [[function_constant(2)]];
constant int rounded [[function_constant(3)]];
constant int leftAcross [[function_constant(4)]];   // neighbours in memory are of neighbouring rows
constant int rightAcross [[function_constant(5)]];  // … of neighbouring columns

// Offset of a matrix among those that lie along all axes but the last two.
inline long matrixOffset(constant op::Tensor& x, uint matrix) {
  long offset = 0;
  for (uint axis = x.rank - 2; axis > 0; --axis) {
    const uint dim = x.dim[axis - 1];
    offset += long(matrix % dim) * x.stride[axis - 1];
    matrix /= dim;
  }
  return offset;
}

struct Output {
  device float* y;
  uint firstRow, firstCol, n;

  void put(uint i, uint j, float sum) const { y[ulong(firstRow + i) * n + firstCol + j] = sum; }
};

[[max_total_threads_per_threadgroup(kProductThreads)]] kernel void matmul(
    constant op::Matmul& args [[buffer(0)]], device const void* a [[buffer(1)]],
    device const void* b [[buffer(2)]], device float* y [[buffer(3)]],
    uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float memory[kProductMemory];
  const uint rowAxis = args.a.rank - 2, colAxis = rowAxis + 1;
  const uint m = args.a.dim[rowAxis], k = args.a.dim[colAxis], n = args.b.dim[colAxis],
             firstRow = group.x * rowsOfTile(small), firstCol = group.y * colsOfTile(small);
  const long perRow = args.a.stride[rowAxis], perCol = args.b.stride[colAxis];
  const Strided left{a,
                     leftType,
                     matrixOffset(args.a, group.z) + long(firstRow) * perRow,
                     perRow,
                     args.a.stride[colAxis],
                     m - firstRow,
                     rounded != 0,
                     leftAcross != 0};
  const Strided right{b,
                      rightType,
                      matrixOffset(args.b, group.z) + long(firstCol) * perCol,
                      perCol,
                      args.b.stride[rowAxis],
                      n - firstCol,
                      rounded != 0,
                      rightAcross != 0};
  const Output output{y + ulong(group.z) * m * n, firstRow, firstCol, n};
  productTile(small, memory, left, right, output, k, lane, simdgroup);
}
