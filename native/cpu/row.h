// Sums over one row of floats in an order that its length alone decides.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

VMM_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
VMM_INLINE int64_t most(int64_t a, int64_t b) { return a < b ? b : a; }

// Units of a chunk, where a unit is `cost` multiply-adds and nothing is summed over units: four chunks for
// each worker, as workers do not run alike; but chunks that are worth taking, and none that takes long.
inline int64_t evenGrain(int64_t units, int64_t cost, int workers) {
  constexpr int64_t kWorth = 32768, kLong = 1000000;
  return most(1 + kWorth / (cost + 1), least(units / (4 * workers), 1 + kLong / (cost + 1)));
}

// Lanes below n are all ones.
VMM_INLINE vi firstLanes(int64_t n) {
  vi lane{};
  for (int i = 0; i < W; ++i) lane[i] = i;
  return lane < splati(static_cast<int32_t>(least(n, W)));
}

// The sum of term(i, n) over steps of W: term gives the W values from i on, of which the first n count. It
// must give zeros for the others. In blocks of 256 W, since one long sum loses more with each term.
template <class Term>
VMM_INLINE float sumRow(int64_t n, Term term) {
  vf total[4] = {};
  for (int64_t i = 0; i < n;) {
    const int64_t stop = least(n, i + 256 * W);
    vf sum[4] = {};
    for (; i + 4 * W <= stop; i += 4 * W)
#pragma GCC unroll 4
      for (int u = 0; u < 4; ++u) sum[u] += term(i + u * W, W);
    for (; i < stop; i += W) sum[0] += term(i, stop - i);
    for (int u = 0; u < 4; ++u) total[u] += sum[u];
  }
  return hsum((total[0] + total[1]) + (total[2] + total[3]));
}

// The largest of the terms, without NaN; those beyond n must be -Infinity.
template <class Term>
VMM_INLINE float maxRow(int64_t n, Term term) {
  const vf lowest = splat(-__builtin_inff());
  vf top[4] = {lowest, lowest, lowest, lowest};
  int64_t i = 0;
  for (; i + 4 * W <= n; i += 4 * W)
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) top[u] = vmax(top[u], term(i + u * W, W));
  for (; i < n; i += W) top[0] = vmax(top[0], term(i, n - i));
  return hmax(vmax(vmax(top[0], top[1]), vmax(top[2], top[3])));
}

VMM_INLINE void addUpTo(float* to, vf v, int64_t n) { storeUpTo(to, loadUpTo(to, n) + v, n); }

// How many rows of `cols` elements make a chunk of `elements`.
VMM_INLINE int64_t rowsPerChunk(int64_t cols, int64_t elements) { return 1 + elements / (cols + 1); }

}  // namespace vmm::cpu::VMM_ISA
