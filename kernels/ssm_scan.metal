// ssm_scan: for each channel c and state i, over the rows t of a sequence,
//   dt = softplus(delta[t, c] + deltaBias[c]);  A = -exp(aLog[c, i])
//   h[c, i] = exp(dt A) h[c, i] + dt u[t, c] b[t, i]
//   y[t, c] = (sum_i c[t, i] h[c, i] + skip[c] u[t, c]) silu(z[t, c])
// u, delta, z, y [rows, d], b, c [rows, n], aLog [experts?, d, n], state, stateOut [sequences, d, n], rows at
// a stride; chunkStates [chunks, n, d] is h before every 64th row of a sequence. A threadgroup takes 64
// channels of a sequence, 64 rows at a time: a lane has two rows of a channel, and lanes compose their steps
// by a parallel prefix (ssm_scan.h). States are carried from chunk to chunk in registers, 16 of them at a
// time; where there are more, the sequence is read again for each 16, and y is summed in memory. A sequence
// of one row needs no prefix: a thread takes a channel, and gives the bits of a first row; where there are no
// more rows than sequences, as in decoding, a threadgroup has eight sequences. Moves 12 bytes per row and
// channel, 16 with z, and b and c for each 64 channels: with z 1.125 of what is least at n = 16. Roofline on
// an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 34 G (row, channel)/s by memory; 16 states at
// some 45 operations each allow 25 G: bound by compute. A row alone moves its state to and fro, 8 n bytes per
// channel, and aLog for each expert: at n = 16 and with z 3.8 G (row, channel)/s, bound by memory.
#include <metal_stdlib>
#include "kernels/functions.h"
#include "kernels/generated/args.h"
#include "kernels/sequences.h"
#include "kernels/ssm_scan.h"
using namespace metal;

constant constexpr uint kThreads = 512;
constant constexpr uint kChannels = 64;
constant constexpr uint kRows = 64;     // of a chunk, and between kept states
constant constexpr uint kStates = 16;   // at a time
constant constexpr uint kTogether = 8;  // sequences of a threadgroup, where they may be of one row each

constant constexpr uint kRowsAtOnce = kThreads / kChannels;

constant int together [[function_constant(1)]];  // kTogether, or 1

// Kept states begin … end belong to no chunk: those between what a sequence has and the next one.
inline uint2 spareChunks(Packed packed, Sequence sequence, uint number, uint chunks) {
  const bool last = number + 1 == packed.sequences;
  return uint2(firstChunk(sequence, number) + chunksOf(sequence),
               last ? chunks : sequence.end / kRows + number + 1);
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
  const uint column = thread_ % kChannels, member = thread_ / kChannels, ownChannel = firstChannel + column;
  const Packed packed = {offsets,
                         experts,
                         a.offsets.dim[0] - 1,
                         rows,
                         a.expert.given ? a.expert.dim[0] : 0,
                         a.expert.given ? a.aLog.dim[0] : 1,
                         fault};
  const uint states = a.state.given ? a.state.dim[0] : 0,
             newStates = a.stateOut.given ? a.stateOut.dim[0] : 0;

  // The last threadgroups have the rows that are in no sequence.
  if (group.y == groups.y - 1) {
    for (uint row = insideOf(packed) + member; row < rows && ownChannel < d; row += kRowsAtOnce)
      y[ulong(row) * d + ownChannel] = 0.0f;
    return;
  }

  // A thread for each channel of a sequence: kept states that belong to no chunk, and the scan of one row.
  const uint single = group.y * uint(together) + member;
  if (member < uint(together) && ownChannel < d) {
    const Sequence alone = sequenceOf(packed, single);
    if (a.chunkStates.given && single < packed.sequences) {
      const uint2 spare = spareChunks(packed, alone, single, a.chunkStates.dim[0]);
      for (ulong at = ulong(spare.x) * n; at < ulong(spare.y) * n; ++at)
        chunkStates[at * d + ownChannel] = 0.0f;
    }
    const ulong own = ulong(single) * d + ownChannel, parameters = ulong(alone.expert) * d + ownChannel;
    if (alone.begin == alone.end && single < newStates)
      for (uint i = 0; i < n; ++i) stateOut[own * n + i] = single < states ? state[own * n + i] : 0.0f;
    if (alone.begin + 1 == alone.end) {
      const long row = alone.begin;
      const ulong chunk = firstChunk(alone, single);
      float dt = delta[row * a.delta.stride[0] + ownChannel], value = 0.0f;
      if (a.deltaBias.given) dt += deltaBias[parameters];
      dt = stepSize(dt);
      const float input = u[row * a.u.stride[0] + ownChannel], x = dt * input;
      for (uint block = 0; block == 0 || block < n; block += kStates) {
        float sum = a.skip.given && block == 0 ? skip[parameters] * input : 0.0f;
        for (uint i = block; i < min(block + kStates, n); ++i) {
          const float start = single < states ? state[own * n + i] : 0.0f;
          const float decay = precise::exp2(dt * rateOf(aLog[parameters * n + i]));
          const float h = fma(decay, start, x * b[row * a.b.stride[0] + i]);
          sum = fma(c[row * a.c.stride[0] + i], h, sum);
          if (a.chunkStates.given) chunkStates[(chunk * n + i) * d + ownChannel] = start;
          if (single < newStates) stateOut[own * n + i] = h;
        }
        value += sum;
      }
      if (a.z.given) value *= silu(z[row * a.z.stride[0] + ownChannel]);
      y[ulong(row) * d + ownChannel] = value;
    }
  }

  for (uint next = 0; next < uint(together); ++next) {
    const uint number = group.y * uint(together) + next;
    const Sequence sequence = sequenceOf(packed, number);
    if (sequence.end - sequence.begin <= 1) continue;
    const ulong parameters = ulong(sequence.expert) * d;
    for (uint block = 0; block == 0 || block < n; block += kStates) {
      const uint ownState = block + lane % kStates;
      States rate, carried;
      for (uint q = 0; q < kOwn / 2; ++q) {
        const uint channel = firstChannel + keptChannel(simdgroup, lane, q);
        const bool there = channel < d && ownState < n;
        rate.at[q] = there ? rateOf(aLog[(parameters + channel) * n + ownState]) : 0.0f;
        carried.at[q] = there && number < states ? state[(ulong(number) * d + channel) * n + ownState] : 0.0f;
      }

      for (uint from = sequence.begin; from < sequence.end; from += kRows) {
        const uint count = min(kRows, sequence.end - from);
        const ulong chunk = firstChunk(sequence, number) + (from - sequence.begin) / kRows;
        for (uint q = 0; a.chunkStates.given && q < kOwn / 2; ++q) {
          const uint channel = firstChannel + keptChannel(simdgroup, lane, q);
          if (channel < d && ownState < n) chunkStates[(chunk * n + ownState) * d + channel] = carried.at[q];
        }

        // dt first, then u, through the same memory.
        for (uint r = member; r < kRows; r += kRowsAtOnce) {
          float dt = 0.0f;
          if (r < count && ownChannel < d) {
            dt = delta[long(from + r) * a.delta.stride[0] + ownChannel];
            if (a.deltaBias.given) dt += deltaBias[parameters + ownChannel];
            dt = stepSize(dt);
          }
          tile[r * kStride + column] = dt;
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
        const Rows dt = taken(tile, simdgroup, lane);
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint r = member; r < kRows; r += kRowsAtOnce)
          tile[r * kStride + column] =
              r < count && ownChannel < d ? u[long(from + r) * a.u.stride[0] + ownChannel] : 0.0f;
        fillStates(bTile, b + long(from) * a.b.stride[0], a.b.stride[0], count, block, n, thread_);
        fillStates(cTile, c + long(from) * a.c.stride[0], a.c.stride[0], count, block, n, thread_);
        threadgroup_barrier(mem_flags::mem_threadgroup);

        const Rows input = taken(tile, simdgroup, lane);
        Rows sum;
        VMM_UNROLL
        for (uint k = 0; k < kOwn; ++k) {
          const uint channel = firstChannel + simdgroup * kOwn + k;
          const float skipped = a.skip.given && block == 0 && channel < d ? skip[parameters + channel] : 0.0f;
          for (uint j = 0; j < 2; ++j) sum.at[k][j] = skipped * input.at[k][j];
          for (uint i = 0; i < kStates && block + i < n && channel < d; ++i) {
            const ushort keeper = keeperOf(k, i);
            const float r = simd_shuffle(rate.at[k / 2], keeper);
            const float start = simd_shuffle(carried.at[k / 2], keeper);
            float2 step[2];
            for (uint j = 0; j < 2; ++j)
              step[j] = float2(precise::exp2(dt.at[k][j] * r),
                               dt.at[k][j] * input.at[k][j] * bTile[(lane * 2 + j) * kStateStride + i]);
            const float2 all = composedUp(composed(step[0], step[1]), lane);
            const float after = fma(all.x, start, all.y);
            float h = fromBelow(after, start, 1, lane);
            for (uint j = 0; j < 2; ++j) {
              h = fma(step[j].x, h, step[j].y);
              sum.at[k][j] = fma(cTile[(lane * 2 + j) * kStateStride + i], h, sum.at[k][j]);
            }
            const float end = simd_shuffle(after, 31);
            carried.at[k / 2] = lane == keeper ? end : carried.at[k / 2];
          }
        }
        // The elements that the lane has read itself.
        give(tile, sum, simdgroup, lane);
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint r = member; r < count && ownChannel < d; r += kRowsAtOnce) {
          const ulong to = ulong(from + r) * d + ownChannel;
          float value = tile[r * kStride + column];
          if (block > 0) value += y[to];
          if (a.z.given && block + kStates >= n)
            value *= silu(z[long(from + r) * a.z.stride[0] + ownChannel]);
          y[to] = value;
        }
        // A thread fills in the next chunk what it has read here.
      }

      for (uint q = 0; number < newStates && q < kOwn / 2; ++q) {
        const uint channel = firstChannel + keptChannel(simdgroup, lane, q);
        if (channel < d && ownState < n)
          stateOut[(ulong(number) * d + channel) * n + ownState] = carried.at[q];
      }
    }
  }
}
