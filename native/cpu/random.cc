// random: y[row, col] from Philox 4x32-10 with the seed as key and the counter (col / 4, row, stream, 0); word
// col % 4 is the number.   y: f32 [rows, cols].   About 10 ns per element: the ten rounds, then log, sine, cosine.
// uniform: the upper 24 bits / 2^24. normal: Box-Muller, words 0 and 1 give columns 0 and 1, words 2 and 3 the next.
#include "native/cpu/math.h"
#include "native/cpu/philox.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

// W blocks of four columns: u[j][lane] is word j of block `first + lane`, as a number in [0, 1).
void draw(vf (&u)[4], uint64_t seed, int64_t first, int64_t row, int32_t stream) {
  float numbers[4][W];
  for (int lane = 0; lane < W; ++lane) {
    const Philox words = philox(
        {{static_cast<uint32_t>(first + lane), static_cast<uint32_t>(row), static_cast<uint32_t>(stream), 0}}, seed);
    for (int j = 0; j < 4; ++j) numbers[j][lane] = static_cast<float>(words.word[j] >> 8) * 0x1p-24f;
  }
  for (int j = 0; j < 4; ++j) u[j] = load(numbers[j]);
}

void boxMuller(vf& a, vf& b) {
  const vf radius = vsqrt(splat(-2.0f) * vlog(splat(1.0f) - a)), angle = b * splat(0x1.921fb6p+2f);
  a = radius * vcos(angle);
  b = radius * vsin(angle);
}

}  // namespace

void random(const op::Random& a, Parallel& p) {
  if (!(a.seed >= 0 && a.seed < 0x1p53)) return p.fail("random: seed is %g; expected 0 ... 2^53 - 1", a.seed);
  const uint64_t seed = static_cast<uint64_t>(a.seed);
  const int64_t rows = a.y.dim[0], cols = a.y.dim[1], width = 4 * W, perRow = (cols + width - 1) / width;
  p.chunks(rows * perRow, 4096 / width, [&](int64_t begin, int64_t end, int) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t row = unit / perRow, from = unit % perRow * width;
      vf u[4];
      draw(u, seed, from / 4, row, a.stream);
      if (a.kind == op::Random::kNormal) {
        boxMuller(u[0], u[1]);
        boxMuller(u[2], u[3]);
      }
      float mixed[4 * W];
      for (int lane = 0; lane < W; ++lane)
        for (int j = 0; j < 4; ++j) mixed[4 * lane + j] = u[j][lane];
      std::memcpy(a.y.f32() + row * cols + from, mixed, 4 * static_cast<size_t>(cols - from < width ? cols - from : width));
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
