// adamw: one step of AdamW with decoupled weight decay, in place:
//   g = grad gradScale;  m = m + (1 - beta1) (g - m);  v = beta2 v + (1 - beta2) g^2
//   param = param keep - rate m / (sqrt(v) / correction + eps)
// All tensors: f32, one shape; gradScale [1]. The host computes in double, from the scalars of the run, keep
// = 1 - lr weightDecay (in the place of weightDecay), rate = lr / (1 - beta1^step) (of lr) and correction =
// sqrt(1
// - beta2^step) (of step). Moves 28 bytes per element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s),
// computed, not measured: 19.5 G elements/s, bound by memory; at some 25 operations an element compute allows
// 720 G.
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kSteps = 4;  // elements of a thread

[[max_total_threads_per_threadgroup(kThreads)]] kernel void adamw(
    constant op::Adamw& a [[buffer(0)]], device const float* param [[buffer(1)]],
    device const float* grad [[buffer(2)]], device const float* m [[buffer(3)]],
    device const float* v [[buffer(4)]], device const float* gradScale [[buffer(5)]],
    device float* paramOut [[buffer(6)]], device float* mOut [[buffer(7)]], device float* vOut [[buffer(8)]],
    uint group [[threadgroup_position_in_grid]], uint thread_ [[thread_index_in_threadgroup]]) {
  const uint count = a.param.dim[0];
  const float keep = a.weightDecay, rate = a.lr.high, correction = a.step.high;
  const float scale = a.gradScale.given ? gradScale[0] : 1.0f;
  for (uint step = 0; step < kSteps; ++step) {
    const ulong i = (ulong(group) * kSteps + step) * kThreads + thread_;
    if (i >= count) return;
    const float g = grad[i] * scale;
    const float mean = fma(1.0f - a.beta1, g - m[i], m[i]);
    const float square = fma((1.0f - a.beta2) * g, g, a.beta2 * v[i]);
    const float change = rate * (mean / (precise::sqrt(square) / correction + a.eps));
    paramOut[i] = param[i] * keep - change;
    mOut[i] = mean;
    vOut[i] = square;
  }
}
