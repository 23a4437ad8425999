// ssm_scan: for each channel c and state i, over the rows t of a sequence,
//   dt = softplus(delta[t, c] + deltaBias[c]);  A = -exp(aLog[c, i])
//   h[c, i] = exp(dt A) h[c, i] + dt u[t, c] b[t, i]
//   y[t, c] = (Σ_i c[t, i] h[c, i] + skip[c] u[t, c]) silu(z[t, c])
// u, delta, z, y [rows, d], b, c [rows, n], aLog [experts?, d, n], state [sequences, d, n]; rows at a stride.
// rows * d * n exponentials, each with three multiply-adds, bound it. Vectors run along channels, so that no
// sum crosses lanes; four states stay in registers over 64 rows, whose dt and dt u are in first-level cache.
// A state is carried exactly, and an element is computed alike wherever its row stands: split sequences give
// equal bits.
#include "native/cpu/ssm_scan.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

constexpr int64_t kFewRows = 8;

// Up to 64 rows of W channels.
struct ScanTile {
  float dt[kScanRows * W], x[kScanRows * W], y[kScanRows * W];
};

// Rows of W channels that come next: one cache line of each row is asked for ahead, as strides are too long
// for hardware to guess.
struct ScanAhead {
  const float* line[4];
  int64_t stride[4];
};

// K states over the rows of a tile: y[r] += Σ c h.
template <int K>
VMM_INLINE void scanStates(ScanTile& t, int64_t rows, const float* rates, const View& b, const View& c,
                           int64_t row, int64_t state, float* states, const float* ahead,
                           int64_t aheadStride) {
  vf rate[K], h[K];
  for (int k = 0; k < K; ++k) {
    rate[k] = load(rates + k * W);
    h[k] = load(states + k * W);
  }
  const int64_t bStride = b.stride[0], cStride = c.stride[0];
  const float* bRow = b.f32() + row * bStride + state;
  const float* cRow = c.f32() + row * cStride + state;
  for (int64_t r = 0; r < rows; ++r, bRow += bStride, cRow += cStride, ahead += aheadStride) {
    __builtin_prefetch(ahead);
    const vf dt = load(t.dt + r * W), x = load(t.x + r * W);
    vf y = load(t.y + r * W), decay[K];
    decaysOf(dt, rate, decay);
    for (int k = 0; k < K; ++k) h[k] = fma(decay[k], h[k], x * splat(bRow[k]));
    for (int k = 0; k < K; ++k) y = fma(splat(cRow[k]), h[k], y);
    store(t.y + r * W, y);
  }
  for (int k = 0; k < K; ++k) store(states + k * W, h[k]);
}

// Rows row … row + rows of the W channels from `channel` on; states is [n][W].
void scanTile(const op::SsmScan& a, const Scan& scan, ScanTile& t, int64_t s, int64_t row, int64_t rows,
              int64_t channel, const float* rates, float* states, const ScanAhead& ahead) {
  const vf bias = scan.parameter(a.deltaBias, s, channel), skip = scan.parameter(a.skip, s, channel);
  for (int64_t r = 0; r < rows; ++r) {
    const vf raw = rowLoad(a.delta, row + r, channel) + bias, u = rowLoad(a.u, row + r, channel);
    const vf dt = scan.softplus ? scanSoftplus(raw) : raw;
    store(t.dt + r * W, dt);
    store(t.x + r * W, dt * u);
    store(t.y + r * W, skip * u);
  }
  int64_t i = 0;
  for (; i + 4 <= scan.n; i += 4)
    scanStates<4>(t, rows, rates + i * W, a.b, a.c, row, i, states + i * W, ahead.line[i / 4 & 3],
                  ahead.stride[i / 4 & 3]);
  for (; i < scan.n; ++i)
    scanStates<1>(t, rows, rates + i * W, a.b, a.c, row, i, states + i * W, ahead.line[i & 3],
                  ahead.stride[i & 3]);
  for (int64_t r = 0; r < rows; ++r) {
    const vf y = load(t.y + r * W);
    const vf z = a.z ? rowLoad(a.z, row + r, channel) : vf{};
    storeUpTo(a.y.f32() + (row + r) * scan.d + channel, a.z ? timesSigmoid(y * z, z) : y, scan.d - channel);
  }
}

ScanAhead aheadOf(const op::SsmScan& a, int64_t row, int64_t end, int64_t channel) {
  ScanAhead ahead{};
  const View* views[4] = {&a.u, &a.delta, &a.y, a.z ? &a.z : &a.u};
  for (int i = 0; i < 4; ++i) {
    // A prefetch beyond the tensor would be harmless but slow: where less comes next, one row is asked again.
    const bool whole = row + kScanRows <= end;
    ahead.stride[i] = whole ? views[i]->stride[0] : 0;
    ahead.line[i] = views[i]->f32() + (row < end ? row : end - 1) * views[i]->stride[0] + channel;
  }
  return ahead;
}

// Channels from … to of one sequence, 64 rows at a time.
void scanSequence(const op::SsmScan& a, const Scan& scan, Parallel& p, int64_t s, int64_t from, int64_t to,
                  ScanTile& tile, float* states, float* ownRates) {
  const int64_t n = scan.n, d = scan.d, begin = scan.packed.begin(s), end = scan.packed.end(s);
  for (int64_t channel = from; channel < to; channel += W) {
    const bool given = a.state && s < a.state.dim[0];
    const float* state = given ? a.state.f32() + (s * d + channel) * n : nullptr;
    if (channel + W < to) {
      if (state) fetch(state + W * n, static_cast<size_t>(W * n) * 4);
      if (!scan.rates)
        fetch(a.aLog.f32() + (scan.expertOf(s) * d + channel + W) * n, static_cast<size_t>(W * n) * 4);
    }
    loadStates(state, to - channel < W ? to - channel : W, n, states + (channel - from) * n);
  }
  for (int64_t row = begin; row < end && !p.cancelled(); row += kScanRows)
    for (int64_t channel = from; channel < to; channel += W) {
      float* h = states + (channel - from) * n;
      const int64_t chunk = scan.firstChunk(s) + (row - begin) / kScanRows;
      for (int64_t i = 0; a.chunkStates && i < n; ++i)
        storeUpTo(a.chunkStates.f32() + (chunk * n + i) * d + channel, load(h + i * W), d - channel);
      const bool same = channel + W < to;
      const ScanAhead ahead = aheadOf(a, same ? row : row + kScanRows, end, same ? channel + W : from);
      if (!scan.rates) scan.computeRates(scan.expertOf(s), channel, ownRates);
      const float* rates = scan.rates ? scan.ratesOf(s, channel) : ownRates;
      scanTile(a, scan, tile, s, row, end - row < kScanRows ? end - row : kScanRows, channel, rates, h,
               ahead);
    }
  for (int64_t channel = from; a.stateOut && s < a.stateOut.dim[0] && channel < to; channel += W)
    storeStates(a.stateOut.f32() + (s * d + channel) * n, to - channel < W ? to - channel : W, n,
                states + (channel - from) * n);
}

// Zeros the kept states that no chunk has; false when there is no room for those that chunks have.
bool clearChunks(const op::SsmScan& a, const Scan& scan) {
  const int64_t size = scan.n * scan.d, chunks = a.chunkStates.dim[0];
  int64_t next = 0;
  for (int64_t s = 0; s <= scan.packed.sequences; ++s) {
    const bool last = s == scan.packed.sequences;
    const int64_t first = last ? chunks : scan.firstChunk(s);
    if (first < next || first > chunks) return false;
    std::memset(a.chunkStates.f32() + next * size, 0, static_cast<size_t>((first - next) * size) * 4);
    if (!last) next = first + scan.chunksOf(s);
  }
  return true;
}

}  // namespace

void ssm_scan(const op::SsmScan& a, Parallel& p) {
  Scan scan("ssm_scan", a, p);
  if (!scan.good) return;
  // Rates that each sequence needs once are computed where they are needed.
  const bool once = scan.rows <= kFewRows && scan.packed.sequences <= 1;
  if (!once && !scan.computeRates(p)) return;
  if (a.chunkStates && !clearChunks(a, scan)) return p.fail("ssm_scan: chunkStates is too short");
  const int64_t d = scan.d, inside = scan.packed.rows();
  std::memset(a.y.f32() + inside * d, 0, static_cast<size_t>((scan.rows - inside) * d) * 4);
  int64_t sequences = scan.packed.sequences;
  if (a.stateOut && a.stateOut.dim[0] > sequences) sequences = a.stateOut.dim[0];
  // Wide units read whole cache lines of neighbours; narrow ones keep all workers busy.
  int64_t span = 64;
  while (span > 16 && span > W && sequences * (d / span) < 4 * p.workers()) span /= 2;
  const int64_t spans = (d + span - 1) / span;
  // A state that is loaded and stored costs as much as some 32 rows.
  const int64_t cost = (inside / (sequences + 1) + 32) * span * scan.n;
  const size_t bytes = sizeof(ScanTile) + static_cast<size_t>((span + W) * scan.n) * 4;
  p.chunks(sequences * spans, 1 + 131072 / (cost + 1), [&](int64_t first, int64_t last, int worker) {
    auto* tile = static_cast<ScanTile*>(p.scratch(worker, bytes));
    for (int64_t unit = first; unit < last; ++unit) {
      const int64_t from = unit % spans * span, to = from + span < d ? from + span : d;
      auto* states = reinterpret_cast<float*>(tile + 1);
      scanSequence(a, scan, p, unit / spans, from, to, *tile, states, states + span * scan.n);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
