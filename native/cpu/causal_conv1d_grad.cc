// causal_conv1d_grad: with v the sum before the activation and g = upstream * activation'(v),
//   dx[t, c] = Σ_k weight[c, k] * g[t + (width-1) - k, c]     dState: the same before the sequence
//   dWeight[c, k] = Σ_t g[t, c] * x[t - (width-1) + k, c]     dBias[c] = Σ_t g[t, c]
// A unit is 64 channels: it walks all sequences in order, 64 rows at a time, with g of those rows and of the
// width-1 after them in scratch. Sums run within a tile, over the tiles of a sequence, over the sequences of
// an expert. About 3 * rows * d * width multiply-adds; bound by memory and by silu.
#include "native/cpu/causal_conv1d.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

constexpr int64_t kSpan = 64, kTile = 64;

struct ConvGradScratch {
  float before[kMaxTaps - 1][kSpan];
  float g[kTile + kMaxTaps - 1][kSpan];
  float weight[kMaxTaps][kSpan];
  float bias[kSpan];
  float state[kMaxTaps][kSpan];
};

// Channels `from` … `from + span` of one sequence.
struct ConvGradSequence {
  const op::CausalConv1dGrad& a;
  const Convolution& conv;
  ConvGradScratch& scratch;
  int64_t s, from, span, begin, length, kept;

  const float* input(int64_t t, int64_t j) const {
    if (t < 0) return scratch.before[t + kept] + j;
    return a.x.f32() + (begin + t) * a.x.stride[0] + from + j;
  }

  void gates(int64_t t0, int64_t t1, int64_t j) const {
    const int64_t n = span - j;
    const float* weight = conv.weightOf(s) + from + j;
    const bool silu = a.activation == op::CausalConv1dGrad::kSilu;
    const vf bias = conv.biasOf(s) ? loadUpTo(conv.biasOf(s) + from + j, n) : vf{};
    for (int64_t t = t0; t < t1; ++t) {
      vf g = loadUpTo(a.upstream.f32() + (begin + t) * a.upstream.stride[0] + from + j, n);
      if (silu) {
        vf v = bias;
        for (int64_t k = 0; k <= kept; ++k)
          v = fma(loadUpTo(weight + k * conv.d, n), loadUpTo(input(t - kept + k, j), n), v);
        const vf sigmoid = timesSigmoid(splat(1.0f), v);
        g = g * sigmoid * fma(v, splat(1.0f) - sigmoid, splat(1.0f));
      }
      store(scratch.g[t - t0] + j, g);
    }
  }

  // What reaches the input at t, which may be before the sequence; t0 is the row of g[0].
  vf reaching(int64_t t, int64_t t0, int64_t j) const {
    const float* weight = conv.weightOf(s) + from + j;
    vf sum{};
    for (int64_t k = kept; k >= 0; --k) {
      const int64_t row = t + kept - k;
      if (row >= 0 && row < length)
        sum = fma(loadUpTo(weight + k * conv.d, span - j), load(scratch.g[row - t0] + j), sum);
    }
    return sum;
  }

  void tile(int64_t t0, int64_t j) const {
    const int64_t n = span - j, t1 = t0 + kTile < length ? t0 + kTile : length;
    gates(t0, t1 + kept < length ? t1 + kept : length, j);
    for (int64_t t = t0; t < t1; ++t)
      storeUpTo(a.dx.f32() + (begin + t) * conv.d + from + j, reaching(t, t0, j), n);
    for (int64_t k = 0; k <= kept; ++k) {
      vf sum{};
      for (int64_t t = t0; t < t1; ++t)
        sum = fma(load(scratch.g[t - t0] + j), loadUpTo(input(t - kept + k, j), n), sum);
      store(scratch.weight[k] + j, load(scratch.weight[k] + j) + sum);
    }
    vf sum{};
    for (int64_t t = t0; t < t1; ++t) sum = sum + load(scratch.g[t - t0] + j);
    store(scratch.bias + j, load(scratch.bias + j) + sum);
    for (int64_t k = 0; t0 == 0 && k < kept; ++k) store(scratch.state[k] + j, reaching(k - kept, 0, j));
  }

  void run() const {
    std::memset(scratch.weight, 0, sizeof scratch.weight);
    std::memset(scratch.bias, 0, sizeof scratch.bias);
    std::memset(scratch.state, 0, sizeof scratch.state);
    conv.history(s, from, from + span, scratch.before[0], kSpan);
    for (int64_t t0 = 0; t0 < length; t0 += kTile)
      for (int64_t j = 0; j < span; j += W) tile(t0, j);
    const int64_t expert = conv.expertOf(s) * conv.d + from;
    for (int64_t c = 0; c < span; ++c) {
      float* weight = a.dWeight.f32() + (expert + c) * conv.width;
      for (int64_t k = 0; k <= kept; ++k) weight[k] += scratch.weight[k][c];
      if (a.dBias) a.dBias.f32()[expert + c] += scratch.bias[c];
      for (int64_t k = 0; a.dState && s < a.dState.dim[0] && k < kept; ++k)
        a.dState.f32()[(s * conv.d + from + c) * kept + k] = scratch.state[k][c];
    }
  }
};

}  // namespace

void causal_conv1d_grad(const op::CausalConv1dGrad& a, Parallel& p) {
  Convolution conv("causal_conv1d_grad", a, p);
  if (!conv.good || !conv.transposeWeights(p)) return;
  const int64_t d = conv.d;
  std::memset(a.dWeight.data, 0, static_cast<size_t>(a.dWeight.count()) * 4);
  if (a.dBias) std::memset(a.dBias.data, 0, static_cast<size_t>(a.dBias.count()) * 4);
  if (a.dState) std::memset(a.dState.data, 0, static_cast<size_t>(a.dState.count()) * 4);
  const int64_t inside = conv.packed.rows();
  std::memset(a.dx.f32() + inside * d, 0, static_cast<size_t>((a.x.dim[0] - inside) * d) * 4);
  p.chunks((d + kSpan - 1) / kSpan, 1, [&](int64_t first, int64_t last, int worker) {
    auto& scratch = *static_cast<ConvGradScratch*>(p.scratch(worker, sizeof(ConvGradScratch)));
    for (int64_t from = first * kSpan; from < last * kSpan && from < d; from += kSpan)
      for (int64_t s = 0; s < conv.packed.sequences && !p.cancelled(); ++s) {
        const int64_t begin = conv.packed.begin(s), length = conv.packed.end(s) - begin;
        const int64_t span = from + kSpan < d ? kSpan : d - from;
        ConvGradSequence{a, conv, scratch, s, from, span, begin, length, conv.width - 1}.run();
      }
  });
}

}  // namespace vmm::cpu::VMM_ISA
