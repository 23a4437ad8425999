// What gradients of norms share: tiles of 32 rows of one expert, which are sorted by it when gradients of
// weights are asked for, and sums over the rows of a tile, which become those of an expert in a second
// dispatch. A simdgroup takes a row of up to 512 columns, else a whole threadgroup; 16 elements of a lane and
// their sums stay in registers.
#pragma once
#include <metal_stdlib>
#include "kernels/columns.h"
#include "kernels/experts.h"
#include "kernels/rows.h"
#include "kernels/sort_rows.h"
#include "kernels/storage.h"
#include "kernels/unroll.h"
using namespace metal;

constant constexpr uint kTileRows = 32;
constant constexpr uint kLongRow = 512;
constant constexpr uint kKept = 16;

constant int wide [[function_constant(1)]];
constant int weightType [[function_constant(2)]];

// Positions first … first + count of the order of rows.
struct Tile {
  uint expert, first, count;
};

// Tiles have numbers that grow with the expert; some stand for none.
inline uint firstTileOf(device const uint* first, uint expert) {
  return sortPass == 0 ? 0 : first[expert] / kTileRows + expert;
}
inline uint tilesOf(uint experts, uint rows) {
  return sortPass == 0 ? (rows + kTileRows - 1) / kTileRows : rows / kTileRows + experts;
}
inline uint rowsOfExpert(device const uint* first, uint expert, uint rows) {
  return sortPass == 0 ? rows : first[expert + 1] - first[expert];
}
inline Tile tileOf(device const uint* first, uint experts, uint rows, uint number) {
  uint expert = 0;
  if (sortPass > 0)
    for (uint step = 1u << (31 - clz(experts)); step > 0; step /= 2)
      if (expert + step < experts && firstTileOf(first, expert + step) <= number) expert += step;
  const uint from = (number - firstTileOf(first, expert)) * kTileRows;
  const uint count = rowsOfExpert(first, expert, rows);
  if (from >= count) return Tile{expert, 0, 0};
  return Tile{expert, (sortPass == 0 ? 0 : first[expert]) + from, min(kTileRows, count - from)};
}

// The sums that the lanes of a tile have kept, for each column of the tile.
inline void storeSums(const thread float (&own)[kKept], device float* to, uint d, uint thread_, uint lane,
                      uint simdgroup, threadgroup float* shared) {
  VMM_UNROLL
  for (uint k = 0; k < kKept; ++k) {
    const uint i = wide ? thread_ + k * kTeamThreads : lane + k * 32;
    if (!wide)
      shared[simdgroup * kLongRow + i] = own[k];
    else if (i < d)
      to[i] = own[k];
  }
  if (wide) return;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint i = thread_; i < d; i += kTeamThreads) {
    float sum = 0.0f;
    for (uint s = 0; s < kTeamSimdgroups; ++s) sum += shared[s * kLongRow + i];
    to[i] = sum;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
}

// 64 columns of the sums of an expert, from those of its tiles.
inline void sumTiles(device const float* tiles, device float* to, device const uint* first, uint expert,
                     uint rows, uint d, uint group, uint thread_, threadgroup float* shared) {
  const Column column = columnOf(group, thread_);
  const uint begin = firstTileOf(first, expert);
  const uint end = begin + (rowsOfExpert(first, expert, rows) + kTileRows - 1) / kTileRows;
  float sum = 0.0f;
  if (column.col < d)
    for (uint tile = begin + column.part; tile < end; tile += kParts)
      sum += tiles[ulong(tile) * d + column.col];
  const float all = columnSum(sum, thread_, shared);
  if (column.part == 0 && column.col < d) to[ulong(expert) * d + column.col] = all;
}
