// ssm_scan_grad: with p the output before the gate, g = upstream silu(z), a = exp(dt A), backwards in t,
//   G[c, i] = g[t, c] c[t, i] + q[t+1][c, i]      q[t] = G a
//   dC[t, i] = Σ_c g h[t]      dB[t, i] = Σ_c G dt u      du = g skip + dt Σ_i G b
//   dState = q[first row]
//   ddt = u Σ_i G b + Σ_i q h[t-1] A      dALog = A Σ_t dt q h[t-1]      dDelta = ddt softplus'
//   dZ = upstream p silu'(z)      dSkip = Σ_t g u      dDeltaBias = Σ_t dDelta
// A unit is 64 channels: it walks all sequences in order, each one chunk of 64 rows at a time from the last
// to the first, computing a and h of the chunk again from its kept state, four states at a time. Sums over
// rows run within a chunk, over chunks, over the sequences of an expert; sums over channels over the vectors
// of a unit, over lanes, over units: an order that the channel count alone decides. rows * d * n
// exponentials, each with about ten multiply-adds and the traffic of second-level cache.
#include "native/cpu/ssm_scan.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

constexpr int64_t kSpan = 64, kVectors = kSpan / W, kStates = 4;

// Up to 64 rows of W channels. `ddt` collects Σ q h A log2(e), `dx` collects Σ G b.
struct GradTile {
  float dt[kScanRows][W], x[kScanRows][W], g[kScanRows][W], p[kScanRows][W];
  float ddt[kScanRows][W], dx[kScanRows][W];
};

// What a unit works with; after it in scratch: carry, aLog [kVectors][n][W] and bias, skip [kVectors][W].
struct GradScratch {
  GradTile tile[kVectors];
  float decay[kScanRows][kStates][W], before[kScanRows][kStates][W];
  float dB[kScanRows][kStates][W], dC[kScanRows][kStates][W];
  float bias[kSpan], skip[kSpan];
  float sums[];
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
      const vf dt = scan.softplus ? vsoftplus(raw) : raw, up = rowLoad(a.upstream, row + r, channel);
      store(t.dt[r], dt);
      store(t.x[r], dt * u);
      store(t.g[r], a.z ? up * vsilu(rowLoad(a.z, row + r, channel)) : up);
      store(t.p[r], skip * u);
      store(t.ddt[r], vf{});
      store(t.dx[r], vf{});
    }
  }

  // States i … i + K of one vector of channels: forward over the rows of the chunk, then back.
  template <int K>
  void states(int64_t s, int64_t row, int64_t rows, int64_t chunk, int64_t i, int64_t v) const {
    const int64_t channel = from + v * W;
    GradTile& t = scratch.tile[v];
    const float* rates = scan.ratesOf(s, channel) + i * W;
    vf rate[K], h[K];
    for (int k = 0; k < K; ++k) {
      rate[k] = load(rates + k * W);
      h[k] = loadUpTo(a.chunkStates.f32() + (chunk * scan.n + i + k) * scan.d + channel, scan.d - channel);
    }
    const float* b = a.b.f32() + row * a.b.stride[0] + i;
    const float* c = a.c.f32() + row * a.c.stride[0] + i;
    for (int64_t r = 0; r < rows; ++r) {
      const float *bRow = b + r * a.b.stride[0], *cRow = c + r * a.c.stride[0];
      const vf dt = load(t.dt[r]), x = load(t.x[r]), g = load(t.g[r]);
      vf p = load(t.p[r]);
      for (int k = 0; k < K; ++k) {
        const vf decay = decayOf(dt, rate[k]);
        store(scratch.decay[r][k], decay);
        store(scratch.before[r][k], h[k]);
        h[k] = fma(decay, h[k], x * splat(bRow[k]));
        p = fma(splat(cRow[k]), h[k], p);
        store(scratch.dC[r][k], fma(g, h[k], load(scratch.dC[r][k])));
      }
      store(t.p[r], p);
    }
    vf q[K], sum[K] = {};
    for (int k = 0; k < K; ++k) q[k] = load(carry(v) + (i + k) * W);
    for (int64_t r = rows - 1; r >= 0; --r) {
      const float *bRow = b + r * a.b.stride[0], *cRow = c + r * a.c.stride[0];
      const vf dt = load(t.dt[r]), x = load(t.x[r]), g = load(t.g[r]);
      vf ddt = load(t.ddt[r]), dx = load(t.dx[r]);
      for (int k = 0; k < K; ++k) {
        const vf reach = fma(g, splat(cRow[k]), q[k]);
        store(scratch.dB[r][k], fma(reach, x, load(scratch.dB[r][k])));
        dx = fma(reach, splat(bRow[k]), dx);
        q[k] = reach * load(scratch.decay[r][k]);
        const vf through = q[k] * load(scratch.before[r][k]);
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
    std::memset(scratch.dB, 0, sizeof scratch.dB);
    std::memset(scratch.dC, 0, sizeof scratch.dC);
    for (int64_t v = 0; v * W < to - from; ++v) states<K>(s, row, rows, chunk, i, v);
    for (int64_t r = 0; r < rows; ++r)
      for (int k = 0; k < K; ++k) {
        dB[(row + r) * scan.n + i + k] = hsum(load(scratch.dB[r][k]));
        dC[(row + r) * scan.n + i + k] = hsum(load(scratch.dC[r][k]));
      }
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
      if (scan.softplus) ddt = ddt * vsigmoid(rowLoad(a.delta, row + r, channel) + bias);
      storeUpTo(a.du.f32() + at, fma(dx, load(t.dt[r]), g * skip), lanes);
      storeUpTo(a.dDelta.f32() + at, ddt, lanes);
      biasSum = biasSum + ddt;
      skipSum = fma(g, u, skipSum);
      if (!a.dZ) continue;
      vf dz{};
      if (a.z) {
        const vf z = rowLoad(a.z, row + r, channel), sigmoid = vsigmoid(z);
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
  const Scan scan("ssm_scan_grad", a, p);
  if (!scan.good) return;
  const int64_t d = scan.d, n = scan.n, inside = scan.packed.rows(), units = (d + kSpan - 1) / kSpan;
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
      const int64_t from = unit * kSpan, to = from + kSpan < d ? from + kSpan : d;
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
