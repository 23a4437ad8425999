// Tiles of products y[i][j] = sum_k left[i][k] right[j][k] on simdgroup_matrix. A threadgroup has 8
// simdgroups and makes a large tile, 64 x 128, or a small one, 8 x 32, where there are few rows or few tiles.
// Numbers reach the matrices by threadgroup memory, 16 deep at a time. A sum has one order, whatever the
// tile: the depth is cut into slices of 64; each is summed from zero by 8 x 8 x 8 products one after
// another, and the slices are added in their order. In a large tile every simdgroup makes 32 x 32 of the
// outputs and walks through all slices. In a small one every simdgroup takes a slice of its own for all 8 x
// 32 outputs, so that reading a weight for a few rows keeps eight simdgroups busy for each 32 outputs.
//
// An operand is a struct with `count` vectors, at(v, k) for number k of vector v, and `across`, which says
// that neighbours in memory are those of neighbouring vectors. An output is a struct with put(i, j, sum).
#pragma once
#include <metal_stdlib>
#include <metal_simdgroup_matrix>
#include "kernels/unroll.h"
using namespace metal;

constant constexpr uint kProductThreads = 256;
constant constexpr uint kLargeRows = 64;
constant constexpr uint kLargeCols = 128;
constant constexpr uint kSmallRows = 8;
constant constexpr uint kSmallCols = 32;

constant constexpr uint kDepth = 16;
constant constexpr uint kSlice = 64;
constant constexpr uint kSimdgroups = kProductThreads / 32;
constant constexpr uint kPad = 4;
constant constexpr uint kVector = kDepth + kPad;  // from vector to vector
constant constexpr uint kStrip = 32 + kPad;       // from row to row of sums
constant constexpr uint kSmallLeft = kDepth * (kSmallRows + kPad);
constant constexpr uint kSmallMemory = kSmallLeft + kSmallCols * kVector;
// Floats of a threadgroup: 26 KiB for small tiles, which is more than large ones need.
constant constexpr uint kProductMemory = kSimdgroups * kSmallMemory;

static_assert(kSmallRows == kSimdgroups && kSmallCols == 32, "a thread has one output of a small tile");

inline uint rowsOfTile(bool small) { return small ? kSmallRows : kLargeRows; }
inline uint colsOfTile(bool small) { return small ? kSmallCols : kLargeCols; }

// Brings `width` vectors of an operand from depth `from` on, with zeros for what is not there.
template <class Operand>
inline void stageNumbers(threadgroup float* tile, Operand operand, uint width, uint from, uint depth,
                         uint first, uint threads) {
  for (uint at = first; at < width * kDepth; at += threads) {
    const uint v = operand.across ? at % width : at / kDepth, k = operand.across ? at / width : at % kDepth;
    const bool there = v < operand.count && from + k < depth;
    tile[operand.across ? k * (width + kPad) + v : v * kVector + k] = there ? operand.at(v, from + k) : 0.0f;
  }
}
// Operands that are read in another way have their own.
template <class Operand>
inline void stage(threadgroup float* tile, Operand operand, uint width, uint from, uint depth, uint first,
                  uint threads) {
  stageNumbers(tile, operand, width, from, depth, first, threads);
}

// Vectors v … v + 7 at depth k … k + 7, as rows or as columns.
inline void loadRows(thread simdgroup_float8x8& m, const threadgroup float* tile, bool across, uint width,
                     uint v, uint k) {
  if (across)
    simdgroup_load(m, tile + k * (width + kPad) + v, width + kPad, ulong2(0, 0), true);
  else
    simdgroup_load(m, tile + v * kVector + k, kVector);
}
inline void loadCols(thread simdgroup_float8x8& m, const threadgroup float* tile, bool across, uint width,
                     uint v, uint k) {
  if (across)
    simdgroup_load(m, tile + k * (width + kPad) + v, width + kPad);
  else
    simdgroup_load(m, tile + v * kVector + k, kVector, ulong2(0, 0), true);
}

template <class Left, class Right, class Output>
inline void largeTile(threadgroup float* memory, Left left, Right right, Output output, uint depth, uint lane,
                      uint simdgroup) {
  threadgroup float* lefts = memory;
  threadgroup float* rights = lefts + kLargeRows * kVector;
  threadgroup float* strip = rights + kLargeCols * kVector + simdgroup * 8 * kStrip;
  const uint ownRow = simdgroup / 4 * 32, ownCol = simdgroup % 4 * 32;
  float total[4][8];  // of column `lane`
  for (uint i = 0; i < 4; ++i)
    for (uint r = 0; r < 8; ++r) total[i][r] = 0.0f;

  for (uint begin = 0; begin < depth; begin += kSlice) {
    const uint end = min(depth, begin + kSlice);
    simdgroup_float8x8 sum[4][4];
    for (uint i = 0; i < 4; ++i)
      for (uint j = 0; j < 4; ++j) sum[i][j] = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
    for (uint from = begin; from < end; from += kDepth) {
      stage(lefts, left, kLargeRows, from, depth, simdgroup * 32 + lane, kProductThreads);
      stage(rights, right, kLargeCols, from, depth, simdgroup * 32 + lane, kProductThreads);
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint k = 0; k < kDepth; k += 8) {
        simdgroup_float8x8 rows[4], cols[4];
        for (uint i = 0; i < 4; ++i) loadRows(rows[i], lefts, left.across, kLargeRows, ownRow + i * 8, k);
        for (uint j = 0; j < 4; ++j) loadCols(cols[j], rights, right.across, kLargeCols, ownCol + j * 8, k);
        for (uint i = 0; i < 4; ++i)
          for (uint j = 0; j < 4; ++j) simdgroup_multiply_accumulate(sum[i][j], rows[i], cols[j], sum[i][j]);
      }
      threadgroup_barrier(mem_flags::mem_threadgroup);
    }
    // Eight rows at a time, by memory that the simdgroup has for itself.
    VMM_UNROLL
    for (uint i = 0; i < 4; ++i) {
      for (uint j = 0; j < 4; ++j) simdgroup_store(sum[i][j], strip + j * 8, kStrip);
      simdgroup_barrier(mem_flags::mem_threadgroup);
      for (uint r = 0; r < 8; ++r) total[i][r] += strip[r * kStrip + lane];
      simdgroup_barrier(mem_flags::mem_threadgroup);
    }
  }
  // An output is much code. A lane reads from memory what it has put there, so that this loop may stay one.
  VMM_UNROLL
  for (uint i = 0; i < 4; ++i) {
    for (uint r = 0; r < 8; ++r) strip[r * kStrip + lane] = total[i][r];
    for (uint r = 0; r < 8; ++r) {
      const uint row = ownRow + i * 8 + r, col = ownCol + lane;
      if (row < left.count && col < right.count) output.put(row, col, strip[r * kStrip + lane]);
    }
  }
}

template <class Left, class Right, class Output>
inline void smallTile(threadgroup float* memory, Left left, Right right, Output output, uint depth, uint lane,
                      uint simdgroup) {
  threadgroup float* lefts = memory + simdgroup * kSmallMemory;
  threadgroup float* rights = lefts + kSmallLeft;
  // Of row `simdgroup` and column `lane`.
  float total = 0.0f;
  for (uint round = 0; round < depth; round += kSimdgroups * kSlice) {
    const uint begin = round + simdgroup * kSlice, end = min(depth, begin + kSlice);
    simdgroup_float8x8 sum[4];
    for (uint j = 0; j < 4; ++j) sum[j] = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
    for (uint from = begin; from < end; from += kDepth) {
      stage(lefts, left, kSmallRows, from, depth, lane, 32);
      stage(rights, right, kSmallCols, from, depth, lane, 32);
      simdgroup_barrier(mem_flags::mem_threadgroup);
      for (uint k = 0; k < kDepth; k += 8) {
        simdgroup_float8x8 rows, cols;
        loadRows(rows, lefts, left.across, kSmallRows, 0, k);
        for (uint j = 0; j < 4; ++j) {
          loadCols(cols, rights, right.across, kSmallCols, j * 8, k);
          simdgroup_multiply_accumulate(sum[j], rows, cols, sum[j]);
        }
      }
      simdgroup_barrier(mem_flags::mem_threadgroup);
    }
    for (uint j = 0; j < 4; ++j) simdgroup_store(sum[j], rights + j * 8, kStrip);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    // Slices that are not there have left zeros.
    for (uint s = 0; s < kSimdgroups; ++s)
      total += memory[s * kSmallMemory + kSmallLeft + simdgroup * kStrip + lane];
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
  if (simdgroup < left.count && lane < right.count) output.put(simdgroup, lane, total);
}

template <class Left, class Right, class Output>
inline void productTile(bool small, threadgroup float* memory, Left left, Right right, Output output,
                        uint depth, uint lane, uint simdgroup) {
  if (small)
    smallTile(memory, left, right, output, depth, lane, simdgroup);
  else
    largeTile(memory, left, right, output, depth, lane, simdgroup);
}
