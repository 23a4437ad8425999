// ssm_scan: for each channel c and state i, over the rows t of a sequence,
//   dt = softplus(delta[t, c] + deltaBias[c]);  A = -exp(aLog[c, i])
//   h[c, i] = exp(dt A) h[c, i] + dt u[t, c] b[t, i]
//   y[t, c] = (sum_i c[t, i] h[c, i] + skip[c] u[t, c]) silu(z[t, c])
// u, delta, z, y [rows, d], b, c [rows, n], aLog [experts?, d, n], state, stateOut [sequences, d, n], rows at
// a stride; chunkStates [chunks, n, d] is h before every 64th row of a sequence. A threadgroup takes 64
// channels of a sequence, 64 rows at a time. A simdgroup has 8 of the channels; a lane has two rows of a
// channel. A step h -> a h + b is the pair (a, b), pairs compose, and the lanes compose theirs by a parallel
// prefix of five shuffles. States are carried from chunk to chunk in registers, 16 of them at a time; where
// there are more, the sequence is read again for each 16, and y is summed in memory. Moves 16 bytes per row
// and channel, with z 20 with a state, and b and c for each 64 channels: 1.125 of what is least at n = 16.
// Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 34 G (row, channel)/s by memory; 16
// states at some 45 operations each allow 25 G: bound by compute.
#include <metal_stdlib>
#include "kernels/functions.h"
#include "kernels/generated/args.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kChannels = 64;
constant constexpr uint kRows = 64;    // of a chunk, and between kept states
constant constexpr uint kStates = 16;  // at a time
constant constexpr uint kExpertFault = 1073741824;

constant constexpr uint kOwn = 8;  // channels of a simdgroup
constant constexpr uint kStride = kChannels + 1;
constant constexpr uint kStateStride = kStates + 1;

constant int positive [[function_constant(0)]];  // dt goes through softplus

// Rows begin … end of a sequence, and the number of its expert.
struct Sequence {
  uint begin, end, expert;
};
inline Sequence sequenceOf(constant op::SsmScan& a, device const int* offsets, device const int* experts,
                           device atomic_uint* fault, uint number) {
  const uint last = a.offsets.dim[0] - 1, rows = a.u.dim[0];
  const int from = offsets[min(number, last)], to = offsets[min(number + 1, last)];
  const uint begin = min(uint(max(from, 0)), rows), end = min(uint(max(to, int(begin))), rows);
  if (number == 0 && from != 0) atomic_fetch_min_explicit(fault, 0u, memory_order_relaxed);
  if (int(end) != to || int(begin) != from)
    atomic_fetch_min_explicit(fault, number + 1, memory_order_relaxed);
  uint expert = 0;
  if (a.expert.given && number < a.expert.dim[0]) {
    expert = uint(experts[number]);
    const bool there = expert < a.aLog.dim[0];
    if (!there) atomic_fetch_min_explicit(fault, kExpertFault + number, memory_order_relaxed);
    expert = there ? expert : 0;
  }
  return Sequence{begin, end, expert};
}

// (a, b) of the later step after the earlier one.
inline float2 composed(float2 earlier, float2 later) {
  return float2(later.x * earlier.x, fma(later.x, earlier.y, later.y));
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void ssm_scan(
    constant op::SsmScan& a [[buffer(0)]], device const float* u [[buffer(1)]],
    device const float* delta [[buffer(2)]], device const float* aLog [[buffer(3)]],
    device const float* b [[buffer(4)]], device const float* c [[buffer(5)]],
    device const float* skip [[buffer(6)]], device const float* z [[buffer(7)]],
    device const float* deltaBias [[buffer(8)]], device const int* offsets [[buffer(9)]],
    device const int* experts [[buffer(10)]], device const float* state [[buffer(11)]],
    device float* y [[buffer(12)]], device float* stateOut [[buffer(13)]],
    device float* chunkStates [[buffer(14)]], device atomic_uint* fault [[buffer(30)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 groups [[threadgroups_per_grid]],
    uint thread_ [[thread_index_in_threadgroup]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float tile[kRows * kStride];
  threadgroup float bTile[kRows * kStateStride];
  threadgroup float cTile[kRows * kStateStride];
  const uint d = a.u.dim[1], n = a.b.dim[1], rows = a.u.dim[0], firstChannel = group.x * kChannels;
  const uint sequences = a.offsets.dim[0] - 1;

  // The last threadgroups have the rows that are in no sequence.
  if (group.y == groups.y - 1) {
    const uint from = min(uint(max(offsets[sequences], 0)), rows);
    for (uint at = thread_; at < (rows - from) * kChannels; at += kThreads) {
      const uint channel = firstChannel + at % kChannels;
      if (channel < d) y[ulong(from + at / kChannels) * d + channel] = 0.0f;
    }
    return;
  }
  const Sequence sequence = sequenceOf(a, offsets, experts, fault, group.y);
  const uint firstChunk = sequence.begin / kRows + group.y;
  const ulong parameters = ulong(sequence.expert) * d;

  for (uint block = 0; block == 0 || block < n; block += kStates) {
    // What a lane keeps for its simdgroup: rate and state of channel 2 q + lane / 16 and state lane % 16.
    const uint ownState = block + lane % kStates;
    float rate[kOwn / 2], carried[kOwn / 2];
    for (uint q = 0; q < kOwn / 2; ++q) {
      const uint channel = firstChannel + simdgroup * kOwn + q * 2 + lane / kStates;
      const bool there = channel < d && ownState < n;
      rate[q] = there ? -precise::exp(aLog[(parameters + channel) * n + ownState]) * M_LOG2E_F : 0.0f;
      const bool given = there && a.state.given && group.y < a.state.dim[0];
      carried[q] = given ? state[(ulong(group.y) * d + channel) * n + ownState] : 0.0f;
    }

    for (uint from = sequence.begin; from < sequence.end; from += kRows) {
      const uint count = min(kRows, sequence.end - from);
      const ulong chunk = firstChunk + (from - sequence.begin) / kRows;
      for (uint q = 0; a.chunkStates.given && q < kOwn / 2; ++q) {
        const uint channel = firstChannel + simdgroup * kOwn + q * 2 + lane / kStates;
        if (channel < d && ownState < n) chunkStates[(chunk * n + ownState) * d + channel] = carried[q];
      }

      // Tiles come row by row and are read by channel: dt first, then u, through the same memory.
      for (uint at = thread_; at < kRows * kChannels; at += kThreads) {
        const uint r = at / kChannels, channel = firstChannel + at % kChannels;
        float dt = 0.0f;
        if (r < count && channel < d) {
          dt = delta[long(from + r) * a.delta.stride[0] + channel];
          if (a.deltaBias.given) dt += deltaBias[parameters + channel];
          if (positive) dt = softplus(dt);
        }
        tile[r * kStride + at % kChannels] = dt;
      }
      threadgroup_barrier(mem_flags::mem_threadgroup);
      float dt[kOwn][2], x[kOwn][2], sum[kOwn][2];
      for (uint k = 0; k < kOwn; ++k)
        for (uint j = 0; j < 2; ++j) dt[k][j] = tile[(lane * 2 + j) * kStride + simdgroup * kOwn + k];
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint at = thread_; at < kRows * kChannels; at += kThreads) {
        const uint r = at / kChannels, channel = firstChannel + at % kChannels;
        const bool there = r < count && channel < d;
        tile[r * kStride + at % kChannels] = there ? u[long(from + r) * a.u.stride[0] + channel] : 0.0f;
      }
      for (uint at = thread_; at < kRows * kStates; at += kThreads) {
        const uint r = at / kStates, i = block + at % kStates;
        const bool there = r < count && i < n;
        bTile[r * kStateStride + at % kStates] = there ? b[long(from + r) * a.b.stride[0] + i] : 0.0f;
        cTile[r * kStateStride + at % kStates] = there ? c[long(from + r) * a.c.stride[0] + i] : 0.0f;
      }
      threadgroup_barrier(mem_flags::mem_threadgroup);

      for (uint k = 0; k < kOwn; ++k) {
        const uint channel = firstChannel + simdgroup * kOwn + k;
        const float skipped = a.skip.given && block == 0 && channel < d ? skip[parameters + channel] : 0.0f;
        for (uint j = 0; j < 2; ++j) {
          const float own = tile[(lane * 2 + j) * kStride + simdgroup * kOwn + k];
          x[k][j] = dt[k][j] * own;
          sum[k][j] = skipped * own;
        }
        for (uint i = 0; i < kStates && block + i < n && channel < d; ++i) {
          const ushort keeper = ushort(k % 2 * kStates + i);
          const float r = simd_shuffle(rate[k / 2], keeper), start = simd_shuffle(carried[k / 2], keeper);
          float2 step[2];
          for (uint j = 0; j < 2; ++j)
            step[j] = float2(precise::exp2(dt[k][j] * r), x[k][j] * bTile[(lane * 2 + j) * kStateStride + i]);
          float2 all = composed(step[0], step[1]);
          for (ushort by = 1; by < 32; by *= 2)
            all = composed(simd_shuffle_and_fill_up(all, float2(1.0f, 0.0f), by), all);
          const float after = fma(all.x, start, all.y);
          float h = simd_shuffle_and_fill_up(after, start, 1);
          for (uint j = 0; j < 2; ++j) {
            h = fma(step[j].x, h, step[j].y);
            sum[k][j] = fma(cTile[(lane * 2 + j) * kStateStride + i], h, sum[k][j]);
          }
          const float end = simd_shuffle(after, 31);
          carried[k / 2] = lane == keeper ? end : carried[k / 2];
        }
      }
      // The elements that the lane has read itself.
      for (uint k = 0; k < kOwn; ++k)
        for (uint j = 0; j < 2; ++j) tile[(lane * 2 + j) * kStride + simdgroup * kOwn + k] = sum[k][j];
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint at = thread_; at < kRows * kChannels; at += kThreads) {
        const uint r = at / kChannels, channel = firstChannel + at % kChannels;
        if (r >= count || channel >= d) continue;
        const ulong to = ulong(from + r) * d + channel;
        float value = tile[r * kStride + at % kChannels];
        if (block > 0) value += y[to];
        if (a.z.given && block + kStates >= n) value *= silu(z[long(from + r) * a.z.stride[0] + channel]);
        y[to] = value;
      }
      // A thread fills in the next chunk what it has read here.
    }

    for (uint q = 0; q < kOwn / 2; ++q) {
      const uint channel = firstChannel + simdgroup * kOwn + q * 2 + lane / kStates;
      if (channel >= d || ownState >= n) continue;
      if (a.stateOut.given && group.y < a.stateOut.dim[0])
        stateOut[(ulong(group.y) * d + channel) * n + ownState] = carried[q];
      // Kept states that no chunk has.
      if (!a.chunkStates.given || group.y >= sequences) continue;
      const uint own = firstChunk + (sequence.end - sequence.begin + kRows - 1) / kRows;
      const uint next = group.y + 1 < sequences ? sequence.end / kRows + group.y + 1 : a.chunkStates.dim[0];
      for (ulong chunk = own; chunk < next; ++chunk) chunkStates[(chunk * n + ownState) * d + channel] = 0.0f;
    }
  }
}
