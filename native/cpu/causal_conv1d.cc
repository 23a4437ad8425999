// causal_conv1d: y[t, c] = activation(bias[c] + Σ_k weight[c, k] * x[t - (width-1) + k, c])
// x [rows, d], rows at a stride; weight [experts?, d, width]; bias [experts?, d];
// state [sequences, d, width-1].
// Vectors run along channels, taps in order 0 … width-1; inputs before a sequence come from `state` or are
// zeros, by the same arithmetic. rows * d * width multiply-adds on 2 * rows * d floats: bound by memory
// and by silu. Weights and taps of a row are more than L1 holds, so four rows are computed together. Of few
// rows it is the weights that take the time: each thread transposes those of some channels and does all rows
// of these.
#include "native/cpu/causal_conv1d.h"
#include "native/cpu/row.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

// R rows that follow each other in a sequence: together they read weights, and inputs, fewer times. Input i
// counts from the first tap of the first row; `next` is how far away the inputs of the R rows after lie.
template <bool kSilu, int R>
void convolveRows(const float* const* inputs, int64_t next, const float* weight, const float* bias,
                  int64_t width, int64_t d, float* y) {
  for (int64_t j = 0; j < d; j += W) {
    const int64_t n = d - j;
    vf sum[R];
    for (int r = 0; r < R; ++r) sum[r] = bias ? loadUpTo(bias + j, n) : vf{};
    for (int64_t k = 0; k < width; ++k) {
      const vf w = loadUpTo(weight + k * d + j, n);
      for (int r = 0; r < R; ++r) sum[r] = fma(w, loadUpTo(inputs[r + k] + j, n), sum[r]);
    }
    for (int r = 0; r < R; ++r) __builtin_prefetch(inputs[r + width - 1] + next + j);
    if (kSilu) timesSigmoids(sum, sum);
    for (int r = 0; r < R; ++r) storeUpTo(y + r * d + j, sum[r], n);
  }
}

constexpr int64_t kFewRows = 8, kSpan = 128;

// Channels from … to of all rows and states. `memory` has room for the weights of a sequence, and the inputs
// before it.
void convolveSpan(const op::CausalConv1d& a, const Convolution& conv, int64_t from, int64_t to,
                  float* memory) {
  const int64_t width = conv.width, kept = width - 1, n = to - from, stride = a.x.stride[0];
  float* const weight = memory;
  float* const before = memory + width * n;
  const auto convolve =
      a.activation == op::CausalConv1d::kSilu ? convolveRows<true, 1> : convolveRows<false, 1>;
  for (int64_t s = 0, ready = -1; s < conv.packed.sequences; ++s) {
    const int64_t begin = conv.packed.begin(s), end = conv.packed.end(s), expert = conv.expertOf(s);
    if (begin == end) continue;
    if (ready != expert) conv.transposeWeight(ready = expert, from, to, weight, n);
    conv.history(s, from, to, before, n);
    const float* bias = conv.biasOf(s);
    for (int64_t row = begin; row < end; ++row) {
      const float* inputs[kMaxTaps];
      for (int64_t i = 0; i < width; ++i) {
        const int64_t t = row - begin + i - kept;
        inputs[i] = t >= 0 ? a.x.f32() + (begin + t) * stride + from : before + (t + kept) * n;
      }
      convolve(inputs, 0, weight, bias ? bias + from : nullptr, width, n, a.y.f32() + row * conv.d + from);
    }
  }
}

// to[c * step] = from[c * fromStep], or zero.
void spread(float* to, const float* from, int64_t fromStep, int64_t d, int64_t step) {
  for (int64_t c = 0; c < d; ++c) to[c * step] = from ? from[c * fromStep] : 0.0f;
}

// The last width-1 inputs of each sequence, those of its state included when it is shorter.
void writeStates(const op::CausalConv1d& a, const Convolution& conv, int64_t first, int64_t last,
                 int64_t from, int64_t to) {
  const int64_t d = conv.d, kept = conv.width - 1, stride = a.x.stride[0], n = to - from;
  for (int64_t s = first; s < last; ++s) {
    const int64_t begin = conv.packed.begin(s), length = conv.packed.end(s) - begin;
    const float* before = a.state && s < a.state.dim[0] ? a.state.f32() + (s * d + from) * kept : nullptr;
    float* out = a.stateOut.f32() + (s * d + from) * kept;
    for (int64_t k = 0; k < kept; ++k) {
      const int64_t at = length - kept + k;
      if (at >= 0)
        spread(out + k, a.x.f32() + (begin + at) * stride + from, 1, n, kept);
      else
        spread(out + k, before ? before + at + kept : nullptr, kept, n, kept);
    }
  }
}

}  // namespace

void causal_conv1d(const op::CausalConv1d& a, Parallel& p) {
  Convolution conv("causal_conv1d", a, p);
  if (!conv.good) return;
  const int64_t d = conv.d, kept = conv.width - 1, stride = a.x.stride[0];
  const int64_t states = a.stateOut ? a.stateOut.dim[0] : 0, rows = a.x.dim[0];
  if (rows <= kFewRows) {
    const int64_t inside = conv.packed.rows();
    std::memset(a.y.f32() + inside * d, 0, static_cast<size_t>((rows - inside) * d) * 4);
    const size_t bytes = static_cast<size_t>((conv.width + kept) * kSpan) * 4;
    const int64_t spans = (d + kSpan - 1) / kSpan;
    return p.chunks(spans, evenGrain(spans, 16 * conv.width * kSpan * (rows + states), p.workers()),
                    [&](int64_t begin, int64_t end, int worker) {
                      auto* memory = static_cast<float*>(p.scratch(worker, bytes));
                      for (int64_t span = begin; memory && span < end; ++span) {
                        const int64_t from = span * kSpan, to = least(from + kSpan, d);
                        convolveSpan(a, conv, from, to, memory);
                        writeStates(a, conv, 0, states, from, to);
                      }
                    });
  }
  if (!conv.transposeWeights(p)) return;
  const bool silu = a.activation == op::CausalConv1d::kSilu;
  constexpr int kTogether = 4;
  p.chunks(rows, kTogether * (1 + 8192 / (d + 16)), [&](int64_t begin, int64_t end, int worker) {
    float* before = static_cast<float*>(p.scratch(worker, static_cast<size_t>(kept * d + 1) * 4));
    int64_t s = begin < conv.packed.rows() ? conv.packed.holding(begin) : 0, ready = -1;
    for (int64_t row = begin; row < end;) {
      float* y = a.y.f32() + row * d;
      if (row >= conv.packed.rows()) {
        std::memset(y, 0, static_cast<size_t>((end - row) * d) * 4);
        break;
      }
      while (row >= conv.packed.end(s)) ++s;
      const int64_t t = row - conv.packed.begin(s);
      const int64_t n = least(end, conv.packed.end(s)) - row < kTogether ? 1 : kTogether;
      if (t < kept && ready != s) conv.history(ready = s, 0, d, before, d);
      const float* inputs[kMaxTaps + kTogether];
      for (int64_t i = 0; i < kept + n; ++i)
        inputs[i] = t + i >= kept ? a.x.f32() + (row - kept + i) * stride : before + (t + i) * d;
      const auto convolve = n == 1 ? (silu ? convolveRows<true, 1> : convolveRows<false, 1>)
                                   : (silu ? convolveRows<true, kTogether> : convolveRows<false, kTogether>);
      convolve(inputs, n * stride, conv.weightOf(s), conv.biasOf(s), conv.width, d, y);
      row += n;
    }
  });
  p.chunks(states, 1 + 16384 / (d * kept + 1),
           [&](int64_t first, int64_t last, int) { writeStates(a, conv, first, last, 0, d); });
}

}  // namespace vmm::cpu::VMM_ISA
