// causal_conv1d_grad: with v the sum before the activation and g = upstream activation'(v),
//   dx[t, c] = sum_k weight[c, k] g[t + (width-1) - k, c]      dState: the same before the sequence
//   dWeight[c, k] = sum_t g[t, c] x[t - (width-1) + k, c]      dBias[c] = sum_t g[t, c]
// x, upstream: f32 [rows, d], rows at a stride; dx [rows, d]; weight, dWeight [experts?, d, width]; bias,
// dBias [experts?, d]; dState [sequences, d, width-1]. Sequences are cut into chunks of 64 rows; a
// threadgroup has 64 channels of four chunks. A thread walks down a channel of a chunk, and on over the
// width-1 rows after it, with inputs and g in registers: each g is computed once more for each chunk that it
// reaches into. Its sums for weight and bias go to scratch; a second kernel adds those of an expert, chunk
// after chunk. Moves 12 bytes per row and channel, 8 (width+1) of scratch per chunk and channel, and the rows
// at the ends of chunks again: 1.08 of what is least at a width of 4. Roofline on an M4 Max (546 GB/s, 18
// TFLOP/s), computed, not measured: 45 G (row, channel)/s by memory; 4 taps thrice and silu', some 50
// operations, allow 360 G.
#include <metal_stdlib>
#include "kernels/causal_conv1d.h"
#include "kernels/functions.h"
#include "kernels/generated/args.h"
#include "kernels/sequences.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kChannels = 64;
constant constexpr uint kChunks = 4;  // of a threadgroup
constant constexpr uint kRows = 64;   // of a chunk

inline Packed packedOf(constant op::CausalConv1dGrad& a, device const int* offsets, device const int* experts,
                       device atomic_uint* fault) {
  const bool given = a.expert.given;
  return {offsets,
          experts,
          a.offsets.dim[0] - 1,
          a.x.dim[0],
          given ? a.expert.dim[0] : 0,
          given ? a.weight.dim[0] : 1,
          fault};
}

// The sequence, of `count`, to which a number of a chunk belongs.
inline uint sequenceOfChunk(Packed packed, uint count, uint chunk) {
  uint low = 0, high = count;
  while (high - low > 1) {
    const uint middle = low + (high - low) / 2;
    const bool before = firstChunk(sequenceOf(packed, middle), middle) <= chunk;
    low = before ? middle : low;
    high = before ? high : middle;
  }
  return low;
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void causal_conv1d_grad(
    constant op::CausalConv1dGrad& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const float* weight [[buffer(2)]], device const float* bias [[buffer(3)]],
    device const int* offsets [[buffer(4)]], device const int* experts [[buffer(5)]],
    device const float* state [[buffer(6)]], device const float* upstream [[buffer(7)]],
    device float* dx [[buffer(8)]], device float* dState [[buffer(11)]], device float* parts [[buffer(12)]],
    device atomic_uint* fault [[buffer(30)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 groups [[threadgroups_per_grid]], uint thread_ [[thread_index_in_threadgroup]]) {
  const uint d = a.x.dim[1], rows = a.x.dim[0], kept = uint(taps) - 1;
  const uint channel = group.x * kChannels + thread_ % kChannels, strip = thread_ / kChannels;
  if (channel >= d) return;
  const Packed packed = packedOf(a, offsets, experts, fault);

  // The last threadgroups have the rows that are in no sequence.
  if (group.y == groups.y - 1) {
    for (uint row = insideOf(packed) + strip; row < rows; row += kChunks) dx[ulong(row) * d + channel] = 0.0f;
    return;
  }
  const uint states = a.state.given ? a.state.dim[0] : 0, newStates = a.dState.given ? a.dState.dim[0] : 0;
  const uint chunk = group.y * kChunks + strip, count = max(packed.sequences, newStates);
  const uint number = sequenceOfChunk(packed, count, chunk);
  const Sequence sequence = sequenceOf(packed, number);
  const uint place = chunk - min(firstChunk(sequence, number), chunk);
  // The first chunk has the gradient of the state, even where it has no rows.
  const bool first = place == 0;
  if (!first && place >= chunksOf(sequence)) return;
  const uint from = sequence.begin + place * kRows, to = min(from + kRows, sequence.end);
  const ulong own = (ulong(number) * d + channel) * kept;
  const Taps ownTaps = tapsOf(weight, bias, a.bias.given, ulong(sequence.expert) * d + channel);
  Window window =
      windowBefore(x + channel, a.x.stride[0], sequence.begin, from, state + own, number < states);
  Window gates;  // g of the last rows
  float dWeight[kMostTaps], dBias = 0.0f;
  for (uint k = 0; k < uint(taps); ++k) gates.at[k] = dWeight[k] = 0.0f;

  for (uint row = from; row < to + kept; ++row) {
    float g = 0.0f;
    if (row < sequence.end) {
      push(window, x[long(row) * a.x.stride[0] + channel]);
      g = upstream[long(row) * a.upstream.stride[0] + channel];
      if (gated) {
        const float v = convolved(ownTaps, window), s = sigmoid(v);
        g *= s * fma(v, 1.0f - s, 1.0f);
      }
    }
    push(gates, g);
    if (row < to) {
      dBias += g;
      for (uint k = 0; k < uint(taps); ++k) dWeight[k] = fma(g, window.at[k], dWeight[k]);
    }
    // What reaches the input of width-1 rows before.
    float reaching = 0.0f;
    for (uint k = 0; k < uint(taps); ++k) reaching = fma(ownTaps.weight[kept - k], gates.at[k], reaching);
    const uint walked = row - from;
    if (walked >= kept)
      dx[ulong(row - kept) * d + channel] = reaching;
    else if (first && number < newStates)
      dState[own + walked] = reaching;
  }

  device float* part = parts + ulong(chunk) * uint(taps + 1) * d + channel;
  for (uint k = 0; k < uint(taps); ++k) part[ulong(k) * d] = dWeight[k];
  part[ulong(taps) * d] = dBias;
}

// Adds what chunks have left for an expert.
[[max_total_threads_per_threadgroup(kThreads)]] kernel void causal_conv1d_grad_sum(
    constant op::CausalConv1dGrad& a [[buffer(0)]], device const int* offsets [[buffer(4)]],
    device const int* experts [[buffer(5)]], device float* dWeight [[buffer(9)]],
    device float* dBias [[buffer(10)]], device const float* parts [[buffer(12)]],
    device atomic_uint* fault [[buffer(30)]], uint2 group [[threadgroup_position_in_grid]],
    uint thread_ [[thread_index_in_threadgroup]]) {
  const uint d = a.x.dim[1], at = group.x * kThreads + thread_, size = uint(taps + 1) * d;
  if (at >= size) return;
  const Packed packed = packedOf(a, offsets, experts, fault);
  float sum = 0.0f;
  for (uint number = 0; number < packed.sequences; ++number) {
    const Sequence sequence = sequenceOf(packed, number);
    if (sequence.expert != group.y) continue;
    const uint chunks = chunksOf(sequence);
    for (uint k = 0; k < chunks; ++k) sum += parts[ulong(firstChunk(sequence, number) + k) * size + at];
  }
  const uint k = at / d;
  const ulong channel = ulong(group.y) * d + at % d;
  if (k < uint(taps))
    dWeight[channel * uint(taps) + k] = sum;
  else if (a.dBias.given)
    dBias[channel] = sum;
}
