// What causal_conv1d and its gradient share. A thread walks down the rows of a channel with the inputs of the
// row, as many as there are taps, in registers; neighbouring threads have neighbouring channels.
#pragma once
#include <metal_stdlib>
using namespace metal;

constant constexpr uint kMostTaps = 16;

constant int taps [[function_constant(0)]];
constant int gated [[function_constant(1)]];  // by silu

// What the taps see, oldest first.
struct Window {
  float at[kMostTaps];
};
inline void push(thread Window& window, float value) {
  for (uint k = 1; k < uint(taps); ++k) window.at[k - 1] = window.at[k];
  window.at[taps - 1] = value;
}

struct Taps {
  float weight[kMostTaps], bias;
};
inline Taps tapsOf(device const float* weight, device const float* bias, bool biased, ulong channel) {
  Taps own;
  for (uint k = 0; k < uint(taps); ++k) own.weight[k] = weight[channel * uint(taps) + k];
  own.bias = biased ? bias[channel] : 0.0f;
  return own;
}
inline float convolved(thread const Taps& own, thread const Window& window) {
  float sum = own.bias;
  for (uint k = 0; k < uint(taps); ++k) sum = fma(own.weight[k], window.at[k], sum);
  return sum;
}

// The window before `row` of a channel is pushed: inputs from row `begin` on, and before them the state or
// zeros.
inline Window windowBefore(device const float* x, long stride, uint begin, uint row,
                           device const float* state, bool given) {
  Window window;
  const uint inside = row - begin;
  for (uint k = 1; k < uint(taps); ++k) {
    const uint back = uint(taps) - k;
    float value = 0.0f;
    if (inside >= back)
      value = x[long(row - back) * stride];
    else if (given)
      value = state[inside + k - 1];
    window.at[k] = value;
  }
  return window;
}
