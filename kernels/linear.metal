// linear: y[r] = f(W[e] x[r] + b[e]), e = expert[r]; pre is the sum before f.
// x: f32 [rows, in], rows at a stride; weight: f32, f16 or bf16 [experts?, out, in], any strides; bias
// [experts?, out]; y, pre: f32 [rows, out]. With experts, linear_experts first lists the rows of each, so
// that a tile has one. Threadgroups make tiles of 64 x 128 outputs, or of 8 x 32 where there are few rows or
// few tiles (kernels/product.h). Moves weight, x and y once if caches hold the rows of tiles: threadgroups
// together ask for x out / 128 times and for the weight rows / 64 times, with small tiles out / 32 and rows /
// 8 times. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s f32), computed, not measured: 2 rows in out operations
// at 18 TFLOP/s from 66 rows on (f32 weights); below that the weight at 546 GB/s: one row of 1024 by 4096 in
// 31 us. Fewer than some 1300 outputs do not fill its 40 cores then: a core has 32 of them.
#include <metal_stdlib>
#include "kernels/epilogue.h"
#include "kernels/rows_by_expert.h"
#include "kernels/operands.h"
#include "kernels/product.h"
using namespace metal;

constant int small [[function_constant(0)]];
constant int weightType [[function_constant(1)]];
constant int biasType [[function_constant(2)]];
constant int epilogue [[function_constant(3)]];
constant int rounded [[function_constant(4)]];
constant int across [[function_constant(5)]];  // neighbours in the weight are of neighbouring outputs

// Up to `height` rows of one expert: positions first … first + count in `order`.
struct Piece {
  uint expert, first, count;
};
// Pieces of expert e have numbers from starts[e] / height + e on; some of the numbers have none.
inline uint firstPiece(device const uint* starts, uint expert, uint height) {
  return starts[expert] / height + expert;
}
// Where there are no experts, pieces of all rows.
inline Piece pieceOf(bool grouped, device const uint* starts, uint experts, uint rows, uint number,
                     uint height) {
  if (!grouped) return Piece{0, number * height, min(height, rows - number * height)};
  uint low = 0, high = experts;
  while (high - low > 1) {
    const uint middle = (low + high) / 2;
    if (firstPiece(starts, middle, height) <= number)
      low = middle;
    else
      high = middle;
  }
  const uint first = starts[low] + (number - firstPiece(starts, low, height)) * height;
  return Piece{low, first, min(height, starts[low + 1] - min(first, starts[low + 1]))};
}

[[max_total_threads_per_threadgroup(kListThreads)]] kernel void linear_experts(
    constant op::Linear& a [[buffer(0)]], device const int* expert [[buffer(4)]],
    device uint* order [[buffer(7)]], device uint* starts [[buffer(8)]],
    device atomic_uint* fault [[buffer(30)]], uint group [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup uint memory[kListMemory];
  listRows(expert, a.x.dim[0], a.weight.dim[0], group, order, starts, fault, memory, lane, simdgroup);
}

[[max_total_threads_per_threadgroup(kProductThreads)]] kernel void linear(
    constant op::Linear& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const void* weight [[buffer(2)]], device const void* bias [[buffer(3)]],
    device float* y [[buffer(5)]], device float* pre [[buffer(6)]], device const uint* order [[buffer(7)]],
    device const uint* starts [[buffer(8)]], uint2 group [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float memory[kProductMemory];
  const bool grouped = a.expert.given;
  const uint depth = a.x.dim[1], out = a.y.dim[1];
  const Piece piece = pieceOf(grouped, starts, a.weight.dim[0], a.x.dim[0], group.x, rowsOfTile(small));
  if (piece.count == 0) return;

  const uint axis = a.weight.rank - 2, firstCol = group.y * colsOfTile(small);
  const long perOut = a.weight.stride[axis], perIn = a.weight.stride[axis + 1];
  const long matrix = grouped ? long(piece.expert) * a.weight.stride[0] : 0;
  const Rows left{x, a.x.stride[0], order, grouped, piece.first, piece.count, rounded != 0};
  const Strided right{weight,       weightType, matrix + long(firstCol) * perOut,
                      perOut,       perIn,      out - firstCol,
                      rounded != 0, across != 0};
  const LinearOutput output{
      left,     bias,    y, pre, piece.expert, firstCol, out, a.bias.given != 0, a.pre.given != 0,
      biasType, epilogue};
  productTile(small, memory, left, right, output, depth, lane, simdgroup);
}
