// ssm_scan_grad: with p the output before the gate, g = upstream silu(z), a = exp(dt A), backwards in t,
//   G[c, i] = g[t, c] c[t, i] + q[t+1][c, i]      q[t] = G a
//   dC[t, i] = Σ_c g h[t]      dB[t, i] = Σ_c G dt u      du = g skip + dt Σ_i G b
//   dState = q[first row]
//   ddt = u Σ_i G b + Σ_i q h[t-1] A      dALog = A Σ_t dt q h[t-1]      dDelta = ddt softplus'
//   dZ = upstream p silu'(z)      dSkip = Σ_t g u      dDeltaBias = Σ_t dDelta
// A unit is 64 channels (16 where d is small): it walks all sequences in order, each one chunk of 64 rows at
// a time from the last to the first, computing a and h of the chunk again from its kept state, four states at
// a time. Sums over rows run within a chunk, over chunks, over the sequences of an expert; sums over channels
// over the vectors of a unit, over lanes, over units: an order that the channel count alone decides. rows * d
// * n exponentials, each with about ten multiply-adds and the traffic of second-level cache.
#include "native/cpu/ssm_scan.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

constexpr int64_t kSpan = 64, kVectors = kSpan / W, kStates = 4;

// Channels of a unit. Where there are few, narrow units give threads something to share.
int64_t spanOf(int64_t d) { return d < 8 * kSpan ? 16 : kSpan; }

// Up to 64 rows of W channels. `ddt` collects Σ q h A log2(e), `dx` collects Σ G b; `gate` is sigmoid(z).
struct GradTile {
  float dt[kScanRows][W], x[kScanRows][W], g[kScanRows][W], p[kScanRows][W];
  float ddt[kScanRows][W], dx[kScanRows][W], gate[kScanRows][W];
};

// What a unit works with; after it in scratch: carry, aLog [kVectors][n][W] and bias, skip [kVectors][W].
struct GradScratch {
  GradTile tile[kVectors];
  float decay[kScanRows][kStates][W], before[kScanRows][kStates][W];
  float dB[kScanRows][kStates][W], dC[kScanRows][kStates][W];
  float bias[kSpan], skip[kSpan];
  float sums[];
};

// Lanes of a and b in blocks of `block`, each folded to half: those of a, then those of b.
template <int block, int... lane>
VMM_INLINE vf foldBlocks(vf a, vf b, std::integer_sequence<int, lane...>) {
  constexpr int half = block / 2;
  return __builtin_shufflevector(a, b, lane / half * block + lane % half...) +
         __builtin_shufflevector(a, b, lane / half * block + lane % half + half...);
}
// The sum over lanes of each of `block` vectors, one to a lane, in the tree order of hsum.
template <int block>
VMM_INLINE vf sumsOfLanes(const float* vectors) {
  if constexpr (block == W) {
    return load(vectors);
  } else {
    constexpr int64_t half = W / (2 * block) * W;
    return foldBlocks<2 * block>(sumsOfLanes<2 * block>(vectors), sumsOfLanes<2 * block>(vectors + half),
                                 std::make_integer_sequence<int, W>());
  }
}

// to[r * n + k] = the sum over the lanes of from[r][k], W sums at a time. What rows from `rows` on hold is
// dropped.
template <int K>
VMM_INLINE void addLanes(float (&from)[kScanRows][kStates][W], int64_t rows, float* to, int64_t n) {
  constexpr int together = K == kStates && W > 1 ? W : 1;
  static_assert(together == 1 || (kScanRows * kStates) % W == 0);
  for (int64_t at = 0; at < rows * K; at += together) {
    if constexpr (together == 1) {
      to[at / K * n + at % K] = hsum(load(from[at / K][at % K]));
    } else {
      float sums[W];
      store(sums, sumsOfLanes<1>(from[at / K][0]));
      for (int64_t j = 0; j < W && at + j < rows * K; j += K)
        std::memcpy(to + (at + j) / K * n, sums + j, K * sizeof(float));
    }
  }
}

// A line of each row of a block.
struct Lines {
  const float* at;
  int64_t stride;
};

struct GradUnit {
  const op::SsmScanGrad& a;
  const Scan& scan;
  GradScratch& scratch;
  float *dB, *dC;  // [rows, n], this unit's part
  int64_t from, to;

  float* carry(int64_t v) const { return scratch.sums + v * scan.n * W; }
  float* aLog(int64_t v) const { return scratch.sums + (kVectors + v) * scan.n * W; }

  void prepare(int64_t s, int64_t row, int64_t rows, int64_t v) const {
    const int64_t channel = from + v * W;
    GradTile& t = scratch.tile[v];
    const vf bias = scan.parameter(a.deltaBias, s, channel), skip = scan.parameter(a.skip, s, channel);
    for (int64_t r = 0; r < rows; ++r) {
      const vf raw = rowLoad(a.delta, row + r, channel) + bias, u = rowLoad(a.u, row + r, channel);
      const vf dt = scan.softplus ? scanSoftplus(raw) : raw, up = rowLoad(a.upstream, row + r, channel);
      store(t.dt[r], dt);
      store(t.x[r], dt * u);
      const vf z = a.z ? rowLoad(a.z, row + r, channel) : vf{};
      const vf gate = a.z ? timesSigmoid(splat(1.0f), z) : vf{};
      store(t.gate[r], gate);
      store(t.g[r], a.z ? up * z * gate : up);
      store(t.p[r], skip * u);
      store(t.ddt[r], vf{});
      store(t.dx[r], vf{});
    }
  }

  // Of one vector of channels, what is used next, a line for each row: the inputs of the chunk before this
  // one, and room for the results of this one. Strides are too long for hardware to guess.
  Lines inputsAhead(int64_t s, int64_t row, int64_t which, int64_t channel) const {
    const View* views[] = {&a.u, &a.delta, &a.upstream, a.z ? &a.z : &a.u};
    const View& view = *views[which & 3];
    const bool any = row - kScanRows >= scan.packed.begin(s);
    return {view.f32() + (any ? row - kScanRows : row) * view.stride[0] + channel, any ? view.stride[0] : 0};
  }
  Lines resultsAhead(int64_t row, int64_t which, int64_t channel) const {
    const View* views[] = {&a.du, &a.dDelta, a.dZ ? &a.dZ : &a.du};
    return {views[which % 3]->f32() + row * scan.d + channel, scan.d};
  }

  // States i … i + K of one vector of channels: forward over the rows of the chunk, then back. The first
  // vector begins the sums over channels.
  template <int K, bool first>
  void states(int64_t s, int64_t row, int64_t rows, int64_t chunk, int64_t i, int64_t v) const {
    const int64_t channel = from + v * W;
    GradTile& t = scratch.tile[v];
    const float* rates = scan.ratesOf(s, channel) + i * W;
    vf rate[K], h[K];
    for (int k = 0; k < K; ++k) {
      const float* kept = a.chunkStates.f32() + (chunk * scan.n + i + k) * scan.d + channel;
      rate[k] = load(rates + k * W);
      h[k] = loadUpTo(kept, scan.d - channel);
      __builtin_prefetch(chunk > 0 ? kept - scan.n * scan.d : kept);
    }
    const int64_t bStride = a.b.stride[0], cStride = a.c.stride[0];
    const float* b = a.b.f32() + row * bStride + i;
    const float* c = a.c.f32() + row * cStride + i;
    auto* decays = scratch.decay;
    auto* before = scratch.before;
    Lines ahead = inputsAhead(s, row, i / kStates, channel);
    for (int64_t r = 0; r < rows; ++r, b += bStride, c += cStride, ahead.at += ahead.stride) {
      __builtin_prefetch(ahead.at);
      const vf dt = load(t.dt[r]), x = load(t.x[r]), g = load(t.g[r]);
      vf p = load(t.p[r]), decay[K];
      decaysOf(dt, rate, decay);
      for (int k = 0; k < K; ++k) {
        store(decays[r][k], decay[k]);
        store(before[r][k], h[k]);
        h[k] = fma(decay[k], h[k], x * splat(b[k]));
        p = fma(splat(c[k]), h[k], p);
      }
      for (int k = 0; k < K; ++k)
        store(scratch.dC[r][k], fma(g, h[k], first ? vf{} : load(scratch.dC[r][k])));
      store(t.p[r], p);
    }
    vf q[K], sum[K] = {};
    for (int k = 0; k < K; ++k) q[k] = load(carry(v) + (i + k) * W);
    Lines room = resultsAhead(row, i / kStates, channel);
    for (int64_t r = rows - 1; r >= 0; --r, room.at += room.stride) {
      __builtin_prefetch(room.at, 1);
      b -= bStride;
      c -= cStride;
      const vf dt = load(t.dt[r]), x = load(t.x[r]), g = load(t.g[r]);
      vf ddt = load(t.ddt[r]), dx = load(t.dx[r]);
      for (int k = 0; k < K; ++k) {
        const vf reach = fma(g, splat(c[k]), q[k]);
        store(scratch.dB[r][k], fma(reach, x, first ? vf{} : load(scratch.dB[r][k])));
        dx = fma(reach, splat(b[k]), dx);
        q[k] = reach * load(decays[r][k]);
        const vf through = q[k] * load(before[r][k]);
        ddt = fma(through, rate[k], ddt);
        sum[k] = fma(through, dt, sum[k]);
      }
      store(t.ddt[r], ddt);
      store(t.dx[r], dx);
    }
    for (int k = 0; k < K; ++k) {
      store(carry(v) + (i + k) * W, q[k]);
      float* total = aLog(v) + (i + k) * W;
      store(total, fma(sum[k], rate[k] * splat(kLn2), load(total)));
    }
  }

  template <int K>
  void allVectors(int64_t s, int64_t row, int64_t rows, int64_t chunk, int64_t i) const {
    states<K, true>(s, row, rows, chunk, i, 0);
    for (int64_t v = 1; v * W < to - from; ++v) states<K, false>(s, row, rows, chunk, i, v);
    addLanes<K>(scratch.dB, rows, dB + row * scan.n + i, scan.n);
    addLanes<K>(scratch.dC, rows, dC + row * scan.n + i, scan.n);
  }

  void finish(int64_t s, int64_t row, int64_t rows, int64_t v) const {
    const int64_t channel = from + v * W, lanes = scan.d - channel;
    const GradTile& t = scratch.tile[v];
    const vf bias = scan.parameter(a.deltaBias, s, channel), skip = scan.parameter(a.skip, s, channel);
    vf biasSum{}, skipSum{};
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t at = (row + r) * scan.d + channel;
      const vf u = rowLoad(a.u, row + r, channel), g = load(t.g[r]), dx = load(t.dx[r]);
      vf ddt = fma(load(t.ddt[r]), splat(kLn2), dx * u);
      if (scan.softplus) ddt = timesSigmoid(ddt, rowLoad(a.delta, row + r, channel) + bias);
      storeUpTo(a.du.f32() + at, fma(dx, load(t.dt[r]), g * skip), lanes);
      storeUpTo(a.dDelta.f32() + at, ddt, lanes);
      biasSum = biasSum + ddt;
      skipSum = fma(g, u, skipSum);
      if (!a.dZ) continue;
      vf dz{};
      if (a.z) {
        const vf z = rowLoad(a.z, row + r, channel), sigmoid = load(t.gate[r]);
        const vf slope = sigmoid * fma(z, splat(1.0f) - sigmoid, splat(1.0f));
        dz = rowLoad(a.upstream, row + r, channel) * load(t.p[r]) * slope;
      }
      storeUpTo(a.dZ.f32() + at, dz, lanes);
    }
    store(scratch.bias + v * W, load(scratch.bias + v * W) + biasSum);
    store(scratch.skip + v * W, load(scratch.skip + v * W) + skipSum);
  }

  void sequence(int64_t s, Parallel& p) const {
    const int64_t n = scan.n, begin = scan.packed.begin(s), end = scan.packed.end(s);
    std::memset(scratch.sums, 0, static_cast<size_t>(2 * kSpan * n) * 4);
    std::memset(scratch.bias, 0, sizeof scratch.bias);
    std::memset(scratch.skip, 0, sizeof scratch.skip);
    for (int64_t k = scan.chunksOf(s) - 1; k >= 0 && !p.cancelled(); --k) {
      const int64_t row = begin + k * kScanRows, rows = end - row < kScanRows ? end - row : kScanRows;
      for (int64_t v = 0; v * W < to - from; ++v) prepare(s, row, rows, v);
      int64_t i = 0;
      for (; i + kStates <= n; i += kStates) allVectors<kStates>(s, row, rows, scan.firstChunk(s) + k, i);
      for (; i < n; ++i) allVectors<1>(s, row, rows, scan.firstChunk(s) + k, i);
      for (int64_t v = 0; v * W < to - from; ++v) finish(s, row, rows, v);
    }
    const int64_t expert = scan.expertOf(s) * scan.d;
    for (int64_t channel = from; channel < to; ++channel) {
      const int64_t j = channel - from, v = j / W, lane = j % W;
      for (int64_t i = 0; i < n; ++i) {
        a.dALog.f32()[(expert + channel) * n + i] += aLog(v)[i * W + lane];
        if (a.dState && s < a.dState.dim[0])
          a.dState.f32()[(s * scan.d + channel) * n + i] = carry(v)[i * W + lane];
      }
      if (a.dSkip) a.dSkip.f32()[expert + channel] += scratch.skip[j];
      if (a.dDeltaBias) a.dDeltaBias.f32()[expert + channel] += scratch.bias[j];
    }
  }
};

void clear(const View& view, int64_t from = 0) {
  if (view) std::memset(view.f32() + from, 0, static_cast<size_t>(view.count() - from) * 4);
}

}  // namespace

void ssm_scan_grad(const op::SsmScanGrad& a, Parallel& p) {
  Scan scan("ssm_scan_grad", a, p);
  if (!scan.good || !scan.computeRates(p)) return;
  const int64_t d = scan.d, n = scan.n, inside = scan.packed.rows();
  const int64_t span = spanOf(d), units = (d + span - 1) / span;
  for (int64_t s = 0; s < scan.packed.sequences; ++s)
    if (scan.firstChunk(s) + scan.chunksOf(s) > a.chunkStates.dim[0])
      return p.fail("ssm_scan_grad: chunkStates is too short");
  for (const View* view : {&a.dALog, &a.dSkip, &a.dDeltaBias, &a.dState}) clear(*view);
  for (const View* view : {&a.du, &a.dDelta, &a.dZ}) clear(*view, inside * d);
  for (const View* view : {&a.dB, &a.dC}) clear(*view, units ? inside * n : 0);
  // One unit writes its sums over channels straight to the outputs.
  const int64_t part = inside * n;
  const size_t partBytes = static_cast<size_t>(2 * units * part + 1) * 4;
  float* parts = units > 1 ? static_cast<float*>(p.shared(partBytes)) : nullptr;
  const size_t bytes = sizeof(GradScratch) + static_cast<size_t>(2 * kSpan * n) * 4;
  p.chunks(units, 1, [&](int64_t first, int64_t last, int worker) {
    auto& scratch = *static_cast<GradScratch*>(p.scratch(worker, bytes));
    for (int64_t unit = first; unit < last; ++unit) {
      float* dB = parts ? parts + 2 * unit * part : a.dB.f32();
      float* dC = parts ? dB + part : a.dC.f32();
      const int64_t from = unit * span, to = from + span < d ? from + span : d;
      const GradUnit work{a, scan, scratch, dB, dC, from, to};
      for (int64_t s = 0; s < scan.packed.sequences && !p.cancelled(); ++s) work.sequence(s, p);
    }
  });
  if (!parts) return;
  p.chunks(part, 1 + 65536 / units, [&](int64_t first, int64_t last, int) {
    for (int64_t at = first; at < last; at += W) {
      vf sumB{}, sumC{};
      for (int64_t unit = 0; unit < units; ++unit) {
        sumB = sumB + loadUpTo(parts + 2 * unit * part + at, last - at);
        sumC = sumC + loadUpTo(parts + (2 * unit + 1) * part + at, last - at);
      }
      storeUpTo(a.dB.f32() + at, sumB, last - at);
      storeUpTo(a.dC.f32() + at, sumC, last - at);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
