// What ssm_scan and its gradient share: the decay of a state, and the parameters with channels side by side.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/packed.h"
#include "native/cpu/power.h"
#include "native/cpu/simd.h"
#include "native/cpu/tile.h"

namespace vmm::cpu::VMM_ISA {

// Rows between kept states; also the rows that are computed at a time.
inline constexpr int64_t kScanRows = 64;

// The decays of K states of one channel each: 2^(dt rate[k]).
template <int K>
VMM_INLINE void decaysOf(vf dt, const vf (&rate)[K], vf (&out)[K]) {
  vf x[K];
  for (int k = 0; k < K; ++k) x[k] = dt;
  powersOf<false>(x, rate, out);
}
// ln(1 + e^x).
VMM_INLINE vf scanSoftplus(vf x) {
  // ln(1 + e) / e on 0 <= e <= 1.
  constexpr float q[] = {0x1.fffffep-1f,  -0x1.fffeacp-2f, 0x1.553004p-2f,  -0x1.fcc8c6p-3f, 0x1.874a82p-3f,
                         -0x1.17d2c2p-3f, 0x1.4069d8p-4f,  -0x1.e369e6p-6f, 0x1.56edfcp-8f};
  const vf e = powerOfE(-vabs(x));
  return fma(e, polynomial(e, q), vmax(x, vf{}));
}

// Asks for what is read soon: with few rows, parameters and states come from memory.
inline void fetch(const float* at, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(reinterpret_cast<const char*>(at) + i);
}

struct Scan {
  const View &u, &delta, &aLog, &b, &c, &skip, &z, &deltaBias, &expert;
  Packed packed;
  int64_t rows, d, n, experts, blocks;
  bool softplus, good = false;
  // -exp(aLog) log2(e) as [experts][blocks of W channels][n][W], once they are computed.
  float* rates = nullptr;

  template <class Args>
  Scan(const char* op, const Args& a, Parallel& p)
      : u(a.u),
        delta(a.delta),
        aLog(a.aLog),
        b(a.b),
        c(a.c),
        skip(a.skip),
        z(a.z),
        deltaBias(a.deltaBias),
        expert(a.expert),
        packed(a.offsets),
        softplus(a.softplus) {
    rows = u.dim[0];
    d = u.dim[1];
    n = b.dim[1];
    experts = aLog.rank == 3 ? aLog.dim[0] : 1;
    blocks = (d + W - 1) / W;
    if (!checkPacked(op, a.offsets, rows, expert, experts, p)) return;
    good = true;
  }

  // Those of all channels; false when memory ran out.
  bool computeRates(Parallel& p) {
    rates = static_cast<float*>(p.shared(static_cast<size_t>(experts * blocks * n * W) * 4));
    if (!rates) return false;
    p.chunks(experts * blocks, 1 + 4096 / (n * W + 1), [&](int64_t first, int64_t last, int) {
      for (int64_t block = first; block < last; ++block)
        computeRates(block / blocks, block % blocks * W, rates + block * n * W);
    });
    return true;
  }
  // Those of W channels.
  void computeRates(int64_t e, int64_t channel, float* out) const {
    const int64_t lanes = d - channel < W ? d - channel : W;
    if (lanes < W) std::memset(out, 0, static_cast<size_t>(n * W) * 4);
    transposeInto({out, W}, {aLog.f32() + (e * d + channel) * n, n}, lanes, n);
    for (int64_t i = 0; i < n; ++i) store(out + i * W, vexp(load(out + i * W)) * splat(-kLog2E));
  }

  int64_t expertOf(int64_t s) const { return expert && s < expert.dim[0] ? expert.i32()[s] : 0; }
  const float* ratesOf(int64_t s, int64_t channel) const {
    return rates + (expertOf(s) * blocks + channel / W) * n * W;
  }
  // A parameter with one value per channel, or zeros.
  vf parameter(const View& view, int64_t s, int64_t channel) const {
    return view ? loadUpTo(view.f32() + expertOf(s) * d + channel, d - channel) : vf{};
  }
  // The kept state from which the chunk at row `begin` + 64k of sequence s starts, less k: no two chunks
  // share one.
  int64_t firstChunk(int64_t s) const { return packed.begin(s) / kScanRows + s; }
  int64_t chunksOf(int64_t s) const { return (packed.end(s) - packed.begin(s) + kScanRows - 1) / kScanRows; }
};

VMM_INLINE vf rowLoad(const View& view, int64_t row, int64_t column) {
  return loadUpTo(view.f32() + row * view.stride[0] + column, view.dim[1] - column);
}

// States of W channels: [channel][n] in tensors, [n][W] at work.
inline void loadStates(const float* from, int64_t lanes, int64_t n, float* h) {
  if (!from || lanes < W) std::memset(h, 0, static_cast<size_t>(n * W) * 4);
  if (from) transposeInto({h, W}, {from, n}, lanes, n);
}
inline void storeStates(float* to, int64_t lanes, int64_t n, const float* h) {
  transposeInto({to, n}, {h, W}, n, lanes);
}

}  // namespace vmm::cpu::VMM_ISA
