// ssm_scan_grad: with p the output before the gate, g = upstream silu(z), a = exp(dt A), backwards in t,
//   G[c, i] = g[t, c] c[t, i] + q[t+1][c, i]      q[t] = G a
//   dC[t, i] = sum_c g h[t]      dB[t, i] = sum_c G dt u      du = g skip + dt sum_i G b
//   ddt = u sum_i G b + sum_i q h[t-1] A      dALog = A sum_t dt q h[t-1]      dDelta = ddt softplus'
//   dZ = upstream p silu'(z)      dSkip = sum_t g u      dDeltaBias = sum_t dDelta      dState = q[first row]
// Shapes are those of ssm_scan; upstream, du, dDelta, dZ [rows, d]; chunkStates [chunks, n, d] is h before
// every 64th row. A threadgroup takes 64 channels of a sequence, its chunks of 64 rows from the last to the
// first: h is computed again by a prefix over the lanes, then q by one in the other direction; q is carried
// from chunk to chunk in registers, 16 states at a time. Where there are more, the sequence is read again for
// each 16, and du, dDelta and dZ are summed in memory. Sums over channels, for b and c, run over those of a
// simdgroup, over simdgroups, then, through scratch and in a second kernel, over threadgroups; sums over rows
// over the chunks of a sequence, then, in a third, over the sequences of an expert. Moves 28 bytes per row
// and channel, 16 n for b, c and their sums per row and 64 channels, 4 n of a kept state, with 8 n for adding
// the sums: 1.14 of what is least at n = 16 if b and c stay in caches, else 1.21. Roofline on an M4 Max (546
// GB/s, 18 TFLOP/s), computed, not measured: 17 G (row, channel)/s by memory; 16 states at some 110
// operations each allow 10 G: bound by compute.
#include <metal_stdlib>
#include "kernels/functions.h"
#include "kernels/generated/args.h"
#include "kernels/sequences.h"
#include "kernels/ssm_scan.h"
using namespace metal;

constant constexpr uint kThreads = 512;
constant constexpr uint kChannels = 64;
constant constexpr uint kRows = 64;  // of a chunk
constant constexpr uint kSumThreads = 256;

constant constexpr uint kStates = 16;  // at a time
constant constexpr uint kBatch = 2;    // states whose sums over channels are made together
constant constexpr uint kSimdgroups = kThreads / 32;
constant constexpr uint kRowsAtOnce = kThreads / kChannels;
static_assert(2 * kBatch * kSimdgroups == kChannels, "the sums of a batch take the room of a tile");

inline Packed packedOf(constant op::SsmScanGrad& a, device const int* offsets, device const int* experts,
                       device atomic_uint* fault) {
  const bool given = a.expert.given;
  return {offsets,
          experts,
          a.offsets.dim[0] - 1,
          a.u.dim[0],
          given ? a.expert.dim[0] : 0,
          given ? a.aLog.dim[0] : 1,
          fault};
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void ssm_scan_grad(
    constant op::SsmScanGrad& a [[buffer(0)]], device const float* u [[buffer(1)]],
    device const float* delta [[buffer(2)]], device const float* aLog [[buffer(3)]],
    device const float* b [[buffer(4)]], device const float* c [[buffer(5)]],
    device const float* skip [[buffer(6)]], device const float* z [[buffer(7)]],
    device const float* deltaBias [[buffer(8)]], device const int* offsets [[buffer(9)]],
    device const int* experts [[buffer(10)]], device const float* chunkStates [[buffer(11)]],
    device const float* upstream [[buffer(12)]], device float* du [[buffer(13)]],
    device float* dDelta [[buffer(14)]], device float* dZ [[buffer(19)]], device float* dState [[buffer(21)]],
    device float* rowParts [[buffer(22)]], device float* parts [[buffer(23)]],
    device atomic_uint* fault [[buffer(30)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 groups [[threadgroups_per_grid]], uint thread_ [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float tile[kRows * kStride];
  threadgroup float bTile[kRows * kStateStride];
  threadgroup float cTile[kRows * kStateStride];
  const uint d = a.u.dim[1], n = a.b.dim[1], rows = a.u.dim[0], firstChannel = group.x * kChannels;
  const uint column = thread_ % kChannels, strip = thread_ / kChannels, ownChannel = firstChannel + column;
  const bool inside = ownChannel < d;
  const Packed packed = packedOf(a, offsets, experts, fault);

  // The last threadgroups have the rows that are in no sequence.
  if (group.y == groups.y - 1) {
    for (uint row = insideOf(packed) + strip; row < rows && inside; row += kRowsAtOnce) {
      const ulong at = ulong(row) * d + ownChannel;
      du[at] = dDelta[at] = 0.0f;
      if (a.dZ.given) dZ[at] = 0.0f;
    }
    return;
  }
  const uint number = group.y;
  const Sequence sequence = sequenceOf(packed, number);
  const ulong parameters = ulong(sequence.expert) * d;
  const float bias = a.deltaBias.given && inside ? deltaBias[parameters + ownChannel] : 0.0f;
  device float* part = parts + ulong(number) * (n + 2) * d;
  const bool summed = number < packed.sequences;
  float biasSum = 0.0f, skipSum[kOwn] = {}, skipped[kOwn];
  for (uint k = 0; k < kOwn; ++k) {
    const uint channel = firstChannel + simdgroup * kOwn + k;
    skipped[k] = a.skip.given && channel < d ? skip[parameters + channel] : 0.0f;
  }

  for (uint block = 0; block == 0 || block < n; block += kStates) {
    const bool begins = block == 0, ends = block + kStates >= n;
    const uint ownState = block + lane % kStates;
    States rate, carried, slope;
    for (uint q = 0; q < kOwn / 2; ++q) {
      const uint channel = firstChannel + keptChannel(simdgroup, lane, q);
      const bool there = channel < d && ownState < n;
      rate.at[q] = there ? rateOf(aLog[(parameters + channel) * n + ownState]) : 0.0f;
      carried.at[q] = slope.at[q] = 0.0f;
    }

    for (uint left = chunksOf(sequence); left > 0; --left) {
      const uint from = sequence.begin + (left - 1) * kRows, count = min(kRows, sequence.end - from);
      const ulong chunk = firstChunk(sequence, number) + left - 1;
      States start;
      for (uint q = 0; q < kOwn / 2; ++q) {
        const uint channel = firstChannel + keptChannel(simdgroup, lane, q);
        const bool there = channel < d && ownState < n;
        start.at[q] = there ? chunkStates[(chunk * n + ownState) * d + channel] : 0.0f;
      }

      // dt, u and g, one after the other through the same memory.
      for (uint r = strip; r < kRows; r += kRowsAtOnce) {
        float dt = 0.0f;
        if (r < count && inside) dt = stepSize(delta[long(from + r) * a.delta.stride[0] + ownChannel] + bias);
        tile[r * kStride + column] = dt;
      }
      threadgroup_barrier(mem_flags::mem_threadgroup);
      const Rows dt = taken(tile, simdgroup, lane);
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint r = strip; r < kRows; r += kRowsAtOnce)
        tile[r * kStride + column] =
            r < count && inside ? u[long(from + r) * a.u.stride[0] + ownChannel] : 0.0f;
      threadgroup_barrier(mem_flags::mem_threadgroup);
      const Rows input = taken(tile, simdgroup, lane);
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint r = strip; r < kRows; r += kRowsAtOnce) {
        float g = 0.0f;
        if (r < count && inside) {
          g = upstream[long(from + r) * a.upstream.stride[0] + ownChannel];
          if (a.z.given) g *= silu(z[long(from + r) * a.z.stride[0] + ownChannel]);
        }
        tile[r * kStride + column] = g;
      }
      fillStates(bTile, b + long(from) * a.b.stride[0], a.b.stride[0], count, block, n, thread_);
      fillStates(cTile, c + long(from) * a.c.stride[0], a.c.stride[0], count, block, n, thread_);
      threadgroup_barrier(mem_flags::mem_threadgroup);
      const Rows g = taken(tile, simdgroup, lane);
      threadgroup_barrier(mem_flags::mem_threadgroup);

      Rows dx, ddt, p;
      for (uint k = 0; k < kOwn; ++k)
        for (uint j = 0; j < 2; ++j) {
          dx.at[k][j] = ddt.at[k][j] = 0.0f;
          p.at[k][j] = begins ? skipped[k] * input.at[k][j] : 0.0f;
        }
      for (uint first = 0; first < kStates && block + first < n; first += kBatch) {
        for (uint s = 0; s < kBatch; ++s) {
          const uint i = first + s;
          float dB[2] = {}, dC[2] = {}, ownB[2], ownC[2];
          for (uint j = 0; j < 2; ++j) {
            ownB[j] = bTile[(lane * 2 + j) * kStateStride + i];
            ownC[j] = cTile[(lane * 2 + j) * kStateStride + i];
          }
          VMM_UNROLL
          for (uint k = 0; k < kOwn; ++k) {
            if (firstChannel + simdgroup * kOwn + k >= d) continue;
            const ushort keeper = keeperOf(k, i);
            const float r = simd_shuffle(rate.at[k / 2], keeper);
            const float h0 = simd_shuffle(start.at[k / 2], keeper);
            const float q0 = simd_shuffle(carried.at[k / 2], keeper);
            float2 step[2], back[2];
            for (uint j = 0; j < 2; ++j) {
              const float decay = precise::exp2(dt.at[k][j] * r);
              step[j] = float2(decay, dt.at[k][j] * input.at[k][j] * ownB[j]);
              back[j] = float2(decay, decay * (g.at[k][j] * ownC[j]));
            }
            const float2 up = composedUp(composed(step[0], step[1]), lane);
            const float2 down = composedDown(composed(back[1], back[0]), lane);
            const float after = fma(up.x, h0, up.y), reached = fma(down.x, q0, down.y);
            float h = fromBelow(after, h0, 1, lane), before[2];
            float q = fromAbove(reached, q0, 1, lane), sum = 0.0f;
            for (uint j = 0; j < 2; ++j) {
              before[j] = h;
              h = fma(step[j].x, h, step[j].y);
              p.at[k][j] = fma(ownC[j], h, p.at[k][j]);
              dC[j] = fma(g.at[k][j], h, dC[j]);
            }
            for (uint j = 2; j-- > 0;) {
              const float reach = fma(g.at[k][j], ownC[j], q);
              dB[j] = fma(reach, dt.at[k][j] * input.at[k][j], dB[j]);
              dx.at[k][j] = fma(reach, ownB[j], dx.at[k][j]);
              q = reach * step[j].x;
              const float through = q * before[j];
              ddt.at[k][j] = fma(through, r, ddt.at[k][j]);
              sum = fma(through, dt.at[k][j], sum);
            }
            const float end = simd_shuffle(reached, 0), all = simd_sum(sum);
            carried.at[k / 2] = lane == keeper ? end : carried.at[k / 2];
            slope.at[k / 2] += lane == keeper ? all : 0.0f;
          }
          for (uint j = 0; j < 2; ++j) {
            tile[((2 * s) * kSimdgroups + simdgroup) * kRows + lane * 2 + j] = dB[j];
            tile[((2 * s + 1) * kSimdgroups + simdgroup) * kRows + lane * 2 + j] = dC[j];
          }
        }
        // What simdgroups have for a batch is added, and takes the place of b and c.
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint at = thread_; at < 2 * kBatch * kRows; at += kThreads) {
          const uint r = at % kRows, which = at / kRows;
          float sum = 0.0f;
          for (uint s = 0; s < kSimdgroups; ++s) sum += tile[(which * kSimdgroups + s) * kRows + r];
          (which % 2 == 0 ? bTile : cTile)[r * kStateStride + first + which / 2] = sum;
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
      }
      for (uint at = thread_; at < kRows * kStates; at += kThreads) {
        const uint r = at / kStates, i = block + at % kStates;
        if (r >= count || i >= n) continue;
        device float* to = rowParts + (ulong(group.x) * rows + from + r) * 2 * n + i;
        to[0] = bTile[r * kStateStride + at % kStates];
        to[n] = cTile[r * kStateStride + at % kStates];
      }

      // du, what dt has, and p go back as the inputs came.
      Rows out;
      for (uint k = 0; k < kOwn; ++k)
        for (uint j = 0; j < 2; ++j)
          out.at[k][j] = fma(dx.at[k][j], dt.at[k][j], begins ? g.at[k][j] * skipped[k] : 0.0f);
      give(tile, out, simdgroup, lane);
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint r = strip; r < count && inside; r += kRowsAtOnce) {
        const ulong at = ulong(from + r) * d + ownChannel;
        du[at] = tile[r * kStride + column] + (begins ? 0.0f : du[at]);
      }
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint k = 0; k < kOwn; ++k)
        for (uint j = 0; j < 2; ++j) out.at[k][j] = fma(ddt.at[k][j], M_LN2_F, dx.at[k][j] * input.at[k][j]);
      give(tile, out, simdgroup, lane);
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint r = strip; r < count && inside; r += kRowsAtOnce) {
        const ulong at = ulong(from + r) * d + ownChannel;
        float value = tile[r * kStride + column] + (begins ? 0.0f : dDelta[at]);
        if (ends) {
          if (positive) value *= sigmoid(delta[long(from + r) * a.delta.stride[0] + ownChannel] + bias);
          biasSum += value;
        }
        dDelta[at] = value;
      }
      if (a.dZ.given) {
        threadgroup_barrier(mem_flags::mem_threadgroup);
        give(tile, p, simdgroup, lane);
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint r = strip; r < count && inside; r += kRowsAtOnce) {
          const ulong at = ulong(from + r) * d + ownChannel;
          float value = tile[r * kStride + column] + (begins ? 0.0f : dZ[at]);
          if (ends) {
            const float gate = a.z.given ? z[long(from + r) * a.z.stride[0] + ownChannel] : 0.0f;
            const float s = sigmoid(gate);
            value *= upstream[long(from + r) * a.upstream.stride[0] + ownChannel] *
                     (s * fma(gate, 1.0f - s, 1.0f));
            value = a.z.given ? value : 0.0f;
          }
          dZ[at] = value;
        }
      }
      for (uint k = 0; k < kOwn && begins; ++k)
        skipSum[k] += simd_sum(fma(g.at[k][0], input.at[k][0], g.at[k][1] * input.at[k][1]));
      // A thread fills in the next chunk what it has read here.
    }

    for (uint q = 0; q < kOwn / 2; ++q) {
      const uint channel = firstChannel + keptChannel(simdgroup, lane, q);
      if (channel >= d || ownState >= n) continue;
      if (a.dState.given && number < a.dState.dim[0])
        dState[(ulong(number) * d + channel) * n + ownState] = carried.at[q];
      if (summed) part[ulong(channel) * (n + 2) + ownState] = slope.at[q] * (rate.at[q] * M_LN2_F);
    }
  }

  for (uint k = 0; k < kOwn && summed; ++k) {
    const uint channel = firstChannel + simdgroup * kOwn + k;
    if (lane == k && channel < d) part[ulong(channel) * (n + 2) + n] = skipSum[k];
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  tile[thread_] = biasSum;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (strip == 0 && inside && summed) {
    float sum = 0.0f;
    for (uint s = 0; s < kRowsAtOnce; ++s) sum += tile[s * kChannels + column];
    part[ulong(ownChannel) * (n + 2) + n + 1] = sum;
  }
}

// Adds what threadgroups have for b and c.
[[max_total_threads_per_threadgroup(kSumThreads)]] kernel void ssm_scan_grad_rows(
    constant op::SsmScanGrad& a [[buffer(0)]], device const int* offsets [[buffer(9)]],
    device const int* experts [[buffer(10)]], device float* dB [[buffer(16)]],
    device float* dC [[buffer(17)]], device const float* rowParts [[buffer(22)]],
    device atomic_uint* fault [[buffer(30)]], uint group [[threadgroup_position_in_grid]],
    uint thread_ [[thread_index_in_threadgroup]]) {
  const ulong n = a.b.dim[1], size = a.b.dim[0] * 2 * n, at = ulong(group) * kSumThreads + thread_;
  if (at >= size) return;
  const uint parts = (a.u.dim[1] + kChannels - 1) / kChannels;
  const ulong row = at / (2 * n), which = at % (2 * n);
  float sum = 0.0f;
  if (row < insideOf(packedOf(a, offsets, experts, fault)))
    for (uint k = 0; k < parts; ++k) sum += rowParts[k * size + at];
  if (which < n)
    dB[row * n + which] = sum;
  else
    dC[row * n + which - n] = sum;
}

// Adds what sequences have for the parameters of an expert.
[[max_total_threads_per_threadgroup(kSumThreads)]] kernel void ssm_scan_grad_parameters(
    constant op::SsmScanGrad& a [[buffer(0)]], device const int* offsets [[buffer(9)]],
    device const int* experts [[buffer(10)]], device float* dALog [[buffer(15)]],
    device float* dSkip [[buffer(18)]], device float* dDeltaBias [[buffer(20)]],
    device const float* parts [[buffer(23)]], device atomic_uint* fault [[buffer(30)]],
    uint2 group [[threadgroup_position_in_grid]], uint thread_ [[thread_index_in_threadgroup]]) {
  const ulong d = a.u.dim[1], n = a.b.dim[1], size = (n + 2) * d, at = ulong(group.x) * kSumThreads + thread_;
  if (at >= size) return;
  const Packed packed = packedOf(a, offsets, experts, fault);
  float sum = 0.0f;
  for (uint number = 0; number < packed.sequences; ++number)
    if (sequenceOf(packed, number).expert == group.y) sum += parts[number * size + at];
  const ulong state = at % (n + 2), channel = group.y * d + at / (n + 2);
  if (state < n) dALog[channel * n + state] = sum;
  if (state == n && a.dSkip.given) dSkip[channel] = sum;
  if (state == n + 1 && a.dDeltaBias.given) dDeltaBias[channel] = sum;
}
