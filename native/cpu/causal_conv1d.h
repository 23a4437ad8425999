// What causal_conv1d and its gradient share: weights with channels side by side, and the inputs before a
// sequence.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/packed.h"
#include "native/cpu/power.h"
#include "native/cpu/simd.h"
#include "native/cpu/tile.h"

namespace vmm::cpu::VMM_ISA {

inline constexpr int64_t kMaxTaps = 16;

struct Convolution {
  const View &x, &taps, &bias, &expert, &state;
  Packed packed;
  int64_t d, width, experts;
  float* weight = nullptr;  // [experts][width][d], once they are transposed
  bool good = false;

  template <class Args>
  Convolution(const char* op, const Args& a, Parallel& p)
      : x(a.x), taps(a.weight), bias(a.bias), expert(a.expert), state(a.state), packed(a.offsets) {
    d = x.dim[1];
    width = taps.dim[taps.rank - 1];
    experts = taps.rank == 3 ? taps.dim[0] : 1;
    if (width < 1 || width > kMaxTaps) {
      p.fail("%s: %d taps; expected 1 … 16", op, static_cast<int>(width));
      return;
    }
    if (!checkPacked(op, a.offsets, x.dim[0], expert, experts, p)) return;
    good = true;
  }

  // False when memory ran out.
  bool transposeWeights(Parallel& p) {
    weight = static_cast<float*>(p.shared(static_cast<size_t>(experts * width * d) * 4));
    for (int64_t e = 0; weight && e < experts; ++e) transposeWeight(e, 0, d, weight + e * width * d, d);
    return weight != nullptr;
  }
  // Those of channels from … to, one row of `stride` floats for each tap.
  void transposeWeight(int64_t e, int64_t from, int64_t to, float* rows, int64_t stride) const {
    transposeInto({rows, stride}, {taps.f32() + (e * d + from) * width, width}, to - from, width);
  }

  int64_t expertOf(int64_t s) const { return expert && s < expert.dim[0] ? expert.i32()[s] : 0; }
  const float* weightOf(int64_t s) const { return weight + expertOf(s) * width * d; }
  const float* biasOf(int64_t s) const { return bias ? bias.f32() + expertOf(s) * d : nullptr; }

  // The width-1 inputs before sequence s for channels from … to, one row of `stride` floats each.
  void history(int64_t s, int64_t from, int64_t to, float* rows, int64_t stride) const {
    const bool given = state && s < state.dim[0];
    const int64_t kept = width - 1;
    if (given)
      return transposeInto({rows, stride}, {state.f32() + (s * d + from) * kept, kept}, to - from, kept);
    for (int64_t k = 0; k < kept; ++k) std::memset(rows + k * stride, 0, static_cast<size_t>(to - from) * 4);
  }
};

}  // namespace vmm::cpu::VMM_ISA
