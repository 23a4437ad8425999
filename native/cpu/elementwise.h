// f of N broadcast float inputs with any strides, into one row-major output.
#pragma once
#include "native/cpu/simd.h"
#include "native/cpu/strided.h"

namespace vmm::cpu::VMM_ISA {

// One input along a row: every element `step` after the last.
struct RowReader {
  const float* base;
  int64_t step;
  VMM_INLINE vf at(int64_t i, int64_t n) const {
    if (step == 1) return loadUpTo(base + i, n);
    if (step == 0) return splat(*base);
    vf v{};
    for (int64_t k = 0; k < n && k < W; ++k) v[k] = base[(i + k) * step];
    return v;
  }
};

template <class Fn, int N, size_t... I>
void mapRow(float* to, int64_t from, int64_t end, const RowReader (&in)[N], std::index_sequence<I...>) {
  const bool unit = ((in[I].step == 1) && ...);
  int64_t i = from;
  if (unit)
    for (; i + W <= end; i += W) store(to + i, Fn::f(load(in[I].base + i)...));
  for (; i < end; i += W) storeUpTo(to + i, Fn::f(in[I].at(i, end - i)...), end - i);
}

// Fn::f takes N vectors and gives one.
template <class Fn, int N>
void mapElements(const View& out, const View* const (&inputs)[N], Parallel& p) {
  const Walk<N> walk(out, inputs);
  forPieces(walk, p, 32768, [&](int64_t row, int64_t from, int64_t end) {
    RowReader in[N];
    for (int k = 0; k < N; ++k) in[k] = {inputs[k]->f32() + walk.at(k, row), walk.step(k)};
    mapRow<Fn>(out.f32() + row * walk.cols(), from, end, in, std::make_index_sequence<N>());
  });
}

}  // namespace vmm::cpu::VMM_ISA
