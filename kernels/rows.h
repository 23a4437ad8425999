// Rows that are reduced by a team: a simdgroup each, or all simdgroups of a threadgroup for one long row. A
// lane of a team sees every `width`-th element, so the order of a sum depends on the length of the row alone.
#pragma once
#include <metal_stdlib>
#include "kernels/unroll.h"
using namespace metal;

constant constexpr uint kTeamThreads = 256;
constant constexpr uint kTeamSimdgroups = kTeamThreads / 32;

struct Team {
  uint row, first, width;
};
inline Team teamOf(bool wide, uint group, uint simdgroup, uint lane) {
  return wide ? Team{group, simdgroup * 32 + lane, kTeamThreads}
              : Team{group * kTeamSimdgroups + simdgroup, lane, 32};
}

// The sum or maximum of the lanes of a team. `shared` has a number for each simdgroup.
#define VMM_TEAM_REDUCTION(name, inSimdgroup, neutral)                                              \
  inline float name(float value, bool wide, uint simdgroup, uint lane, threadgroup float* shared) { \
    const float own = inSimdgroup(value);                                                           \
    if (!wide) return own;                                                                          \
    if (lane == 0) shared[simdgroup] = own;                                                         \
    threadgroup_barrier(mem_flags::mem_threadgroup);                                                \
    const float all = inSimdgroup(lane < kTeamSimdgroups ? shared[lane] : neutral);                 \
    threadgroup_barrier(mem_flags::mem_threadgroup);                                                \
    return all;                                                                                     \
  }
VMM_TEAM_REDUCTION(teamSum, simd_sum, 0.0f)
VMM_TEAM_REDUCTION(teamMax, simd_max, -INFINITY)
