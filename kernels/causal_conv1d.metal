// causal_conv1d: y[t, c] = activation(bias[c] + sum_k weight[c, k] x[t - (width-1) + k, c]), k = 0 … width-1
// x, y: f32 [rows, d], x rows at a stride; weight [experts?, d, width], bias [experts?, d]; state, stateOut
// [sequences, d, width-1]: the inputs before and after a sequence. A threadgroup takes 64 channels of 64 rows
// (of 16 where there are few), wherever sequences begin and end in them: four strips, down which threads walk
// with their inputs in registers, so that decoding, one row of many sequences, keeps all of them busy. The
// thread at the end of a sequence has its new state at hand. Further threadgroups have sequences instead of
// rows: they report bad offsets and write the states of sequences without rows. Moves 8 bytes per row and
// channel; for each 64 rows width-1 rows and the weight again, 1.06 of what is least at a width of 4.
// Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 68 G (row, channel)/s, bound by
// memory; 4 taps and silu, some 30 operations, allow 600 G.
#include <metal_stdlib>
#include "kernels/causal_conv1d.h"
#include "kernels/functions.h"
#include "kernels/generated/args.h"
#include "kernels/sequences.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kChannels = 64;
constant constexpr uint kStrips = 4;
constant constexpr uint kSteps = 16;
constant constexpr uint kFewSteps = 4;
constant constexpr uint kFewRows = 64;

constant int steps [[function_constant(2)]];  // rows of a strip

[[max_total_threads_per_threadgroup(kThreads)]] kernel void causal_conv1d(
    constant op::CausalConv1d& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const float* weight [[buffer(2)]], device const float* bias [[buffer(3)]],
    device const int* offsets [[buffer(4)]], device const int* experts [[buffer(5)]],
    device const float* state [[buffer(6)]], device float* y [[buffer(7)]],
    device float* stateOut [[buffer(8)]], device atomic_uint* fault [[buffer(30)]],
    uint2 group [[threadgroup_position_in_grid]], uint thread_ [[thread_index_in_threadgroup]]) {
  const uint d = a.x.dim[1], rows = a.x.dim[0], kept = uint(taps) - 1;
  const uint channel = group.x * kChannels + thread_ % kChannels;
  if (channel >= d) return;
  const Packed packed = {offsets,
                         experts,
                         a.offsets.dim[0] - 1,
                         rows,
                         a.expert.given ? a.expert.dim[0] : 0,
                         a.expert.given ? a.weight.dim[0] : 1,
                         fault};
  const uint tile = kStrips * uint(steps), tiles = (rows + tile - 1) / tile;
  const uint first = (group.y * kStrips + thread_ / kChannels) * uint(steps);
  const uint states = a.state.given ? a.state.dim[0] : 0,
             newStates = a.stateOut.given ? a.stateOut.dim[0] : 0;

  if (group.y >= tiles) {
    for (uint step = 0; step < uint(steps); ++step) {
      const uint number = first - tiles * tile + step;
      const Sequence sequence = sequenceOf(packed, number);
      if (number >= newStates || sequence.begin != sequence.end) continue;
      const ulong own = (ulong(number) * d + channel) * kept;
      for (uint k = 0; k < kept; ++k) stateOut[own + k] = number < states ? state[own + k] : 0.0f;
    }
    return;
  }

  const uint inside = insideOf(packed);
  Sequence sequence = {0, 0, 0};
  ulong own = 0;
  bool last = false;
  Taps ownTaps;
  Window window;
  for (uint step = 0; step < uint(steps); ++step) {
    const uint row = first + step;
    if (row >= rows) return;
    float value = 0.0f;
    if (row < inside) {
      if (row >= sequence.end) {
        const uint number = sequenceWith(packed, row);
        sequence = sequenceOf(packed, number);
        own = (ulong(number) * d + channel) * kept;
        last = number < newStates;
        ownTaps = tapsOf(weight, bias, a.bias.given, ulong(sequence.expert) * d + channel);
        window = windowBefore(x + channel, a.x.stride[0], min(sequence.begin, row), row, state + own,
                              number < states);
      }
      push(window, x[long(row) * a.x.stride[0] + channel]);
      value = convolved(ownTaps, window);
      if (gated) value = silu(value);
      if (last && row + 1 == sequence.end)
        for (uint k = 0; k < kept; ++k) stateOut[own + k] = window.at[k + 1];
    }
    y[ulong(row) * d + channel] = value;
  }
}
