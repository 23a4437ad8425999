// What ssm_scan and its gradient share. A threadgroup has 64 channels of a chunk of 64 rows, a simdgroup four
// of the channels, and a lane two neighbouring rows of each; 16 states are computed at a time. A step of the
// scan h -> a h + b is the pair (a, b); pairs compose, and lanes compose theirs by five shuffles. Needs
// kernels/functions.h before it.
#pragma once
#include <metal_stdlib>
#include "kernels/unroll.h"
using namespace metal;

constant constexpr uint kScanThreads = 512;
constant constexpr uint kScanChannels = 64;
constant constexpr uint kScanRows = 64;
constant constexpr uint kScanStates = 16;
constant constexpr uint kOwn = 4;  // channels of a simdgroup
constant constexpr uint kStride = kScanChannels + 1;
constant constexpr uint kStateStride = kScanStates + 1;

constant int positive [[function_constant(0)]];  // dt goes through softplus

inline float stepSize(float x) { return positive ? softplus(x) : x; }

// (a, b) of the later step after the earlier one.
inline float2 composed(float2 earlier, float2 later) {
  return float2(later.x * earlier.x, fma(later.x, earlier.y, later.y));
}
// What the lane so far below or above has, and `end` where there is none. Metal's own shift and fill is there
// from family Apple8 on, and M1 is Apple7.
template <class T>
inline T fromBelow(T value, T end, ushort by, uint lane) {
  const T other = simd_shuffle_up(value, by);
  return lane < by ? end : other;
}
template <class T>
inline T fromAbove(T value, T end, ushort by, uint lane) {
  const T other = simd_shuffle_down(value, by);
  return lane + by > 31 ? end : other;
}
// The steps of a lane after those of all lanes below it, or above it.
inline float2 composedUp(float2 all, uint lane) {
  for (ushort by = 1; by < 32; by *= 2) all = composed(fromBelow(all, float2(1.0f, 0.0f), by, lane), all);
  return all;
}
inline float2 composedDown(float2 all, uint lane) {
  for (ushort by = 1; by < 32; by *= 2) all = composed(fromAbove(all, float2(1.0f, 0.0f), by, lane), all);
  return all;
}

// A number for each channel of a simdgroup and row of a lane. Tiles are filled and read row by row, so that
// neighbouring threads have neighbouring channels.
struct Rows {
  float at[kOwn][2];
};
inline Rows taken(threadgroup const float* tile, uint simdgroup, uint lane) {
  Rows rows;
  for (uint k = 0; k < kOwn; ++k)
    for (uint j = 0; j < 2; ++j) rows.at[k][j] = tile[(lane * 2 + j) * kStride + simdgroup * kOwn + k];
  return rows;
}
inline void give(threadgroup float* tile, thread const Rows& rows, uint simdgroup, uint lane) {
  for (uint k = 0; k < kOwn; ++k)
    for (uint j = 0; j < 2; ++j) tile[(lane * 2 + j) * kStride + simdgroup * kOwn + k] = rows.at[k][j];
}

// States from `block` on of up to 64 rows of b or c; beyond those that there are, zeros.
inline void fillStates(threadgroup float* tile, device const float* rows, long stride, uint count, uint block,
                       uint n, uint thread_) {
  for (uint at = thread_; at < kScanRows * kScanStates; at += kScanThreads) {
    const uint r = at / kScanStates, i = block + at % kScanStates;
    tile[r * kStateStride + at % kScanStates] = r < count && i < n ? rows[long(r) * stride + i] : 0.0f;
  }
}

// A number for each channel of a simdgroup and state: of channel 2 q + lane / 16 and state lane % 16.
struct States {
  float at[kOwn / 2];
};
inline uint keptChannel(uint simdgroup, uint lane, uint q) {
  return simdgroup * kOwn + q * 2 + lane / kScanStates;
}
// The lane that has state i of channel k.
inline ushort keeperOf(uint k, uint i) { return ushort(k % 2 * kScanStates + i); }

// The rate of decay of a state, to the power of 2.
inline float rateOf(float aLog) { return -precise::exp(aLog) * M_LOG2E_F; }
