// What this machine can do at most, in units of 10^9 per second: multiply-adds of f32, bf16 and int8 (two
// operations each), exp by polynomial, and bytes read from memory. Prints JSON. Arguments: the number of
// threads; `memory` for that alone. The best of several repetitions counts: a limit is what was possible at all.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace {

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
constexpr int kLanes = kBytes / 4;
typedef float vf __attribute__((vector_size(kBytes)));
typedef int32_t vi __attribute__((vector_size(kBytes)));

int threads = 1;
volatile double sink;

// Wall time from the common start to the end of the last thread.
template <class Work>
double seconds(const Work& work) {
  using Clock = std::chrono::steady_clock;
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t)
    pool.emplace_back([&, t] {
      ready.fetch_add(1);
      while (!go.load(std::memory_order_acquire)) {
      }
      work(t);
    });
  while (ready.load() < threads) {
  }
  const auto start = Clock::now();
  go.store(true, std::memory_order_release);
  for (auto& thread : pool) thread.join();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// `perThread`: what one call of `work` does on each thread.
template <class Work>
double rate(double perThread, int repetitions, const Work& work) {
  double best = 1e30;
  for (int i = 0; i < repetitions; ++i) best = std::min(best, seconds(work));
  return perThread * threads / best / 1e9;
}

// Twelve independent sums hide the latency of the multiply-add. `step(sum)` returns the next sum.
constexpr int kSums = 12;
constexpr int64_t kSteps = 2'000'000;
constexpr int kRepetitions = 40;

template <class V, class Step>
double peak(double operationsPerStep, const Step& step) {
  return rate(operationsPerStep * kSums * kSteps, kRepetitions, [step](int t) {
    const Step own = step;  // in registers
    V sum[kSums];
    for (int i = 0; i < kSums; ++i) std::memset(&sum[i], i + t, sizeof(V));
    for (int64_t n = 0; n < kSteps; ++n)
      for (int i = 0; i < kSums; ++i) sum[i] = own(sum[i]);
    unsigned char bytes = 0;
    for (int i = 0; i < kSums; ++i) bytes ^= *reinterpret_cast<unsigned char*>(&sum[i]);
    sink = bytes;
  });
}

vf splat(float x) { return x - vf{}; }

double f32Peak() {
  const vf a = splat(0.5f + static_cast<float>(threads) * 1e-3f), b = splat(0.25f);
  return peak<vf>(2.0 * kLanes, [=](vf sum) { return sum * a + b; });
}

double bf16Peak() {
#if defined(__AVX512BF16__)
  const __m512bh a = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f)), b = a;
  return peak<__m512>(64, [=](__m512 sum) { return _mm512_dpbf16_ps(sum, a, b); });
#elif defined(__ARM_FEATURE_BF16)
  const bfloat16x8_t a = vreinterpretq_bf16_u16(vdupq_n_u16(0x3f00)), b = a;
  return peak<float32x4_t>(16, [=](float32x4_t sum) { return vbfdotq_f32(sum, a, b); });
#else
  return 0;
#endif
}

double int8Peak() {
#if defined(__AVX512VNNI__)
  const __m512i a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(5);
  return peak<__m512i>(128, [=](__m512i sum) { return _mm512_dpbusd_epi32(sum, a, b); });
#elif defined(__AVXVNNI__)
  const __m256i a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(5);
  return peak<__m256i>(64, [=](__m256i sum) { return _mm256_dpbusd_avx_epi32(sum, a, b); });
#elif defined(__ARM_FEATURE_DOTPROD)
  const int8x16_t a = vdupq_n_s8(3), b = vdupq_n_s8(5);
  return peak<int32x4_t>(32, [=](int32x4_t sum) { return vdotq_s32(sum, a, b); });
#else
  return 0;
#endif
}

// Reduce by n ln 2, a polynomial of degree 6 (Taylor's: the cost is what counts), n added to the exponent's
// bits.
vf expOf(vf x) {
  const vf magic = splat(12582912.0f);
  const vf shifted = x * splat(1.44269504f) + magic, n = shifted - magic;
  const vf r = (x - n * splat(0.693359375f)) + n * splat(2.12194440e-4f);
  vf p = splat(1.0f / 720);
  p = p * r + splat(1.0f / 120);
  p = p * r + splat(1.0f / 24);
  p = p * r + splat(1.0f / 6);
  p = p * r + splat(0.5f);
  p = p * r + splat(1.0f);
  p = p * r + splat(1.0f);
  return reinterpret_cast<vf>(reinterpret_cast<vi>(p) + (reinterpret_cast<vi>(shifted) << 23));
}

double expRate() {
  constexpr int kVectors = 128;
  constexpr int kPasses = 40'000;
  return rate(static_cast<double>(kPasses) * kVectors * kLanes, kRepetitions, [](int) {
    alignas(64) vf x[kVectors], y[kVectors];
    for (int i = 0; i < kVectors; ++i) x[i] = splat(-8.0f + 0.1f * static_cast<float>(i));
    for (int pass = 0; pass < kPasses; ++pass) {
      for (int i = 0; i < kVectors; ++i) y[i] = expOf(x[i]);
      asm volatile("" : : "r"(y) : "memory");
    }
    sink = y[7][0];
  });
}

double memoryRead() {
  const size_t bytes = (size_t{3} << 29) / static_cast<size_t>(threads) & ~size_t{4095};
  std::vector<char*> blocks(static_cast<size_t>(threads));
  seconds([&](int t) {
    char* block = static_cast<char*>(std::aligned_alloc(4096, bytes));
    if (!block) std::exit(1);
    std::memset(block, t + 1, bytes);
    blocks[static_cast<size_t>(t)] = block;
  });
  const double best = rate(static_cast<double>(bytes), 12, [&](int t) {
    // Several streams, as a kernel that reads panels has them.
    constexpr int kStreams = 4;
    const vi* data = reinterpret_cast<const vi*>(blocks[static_cast<size_t>(t)]);
    const size_t length = bytes / kBytes / kStreams;
    vi sum[kStreams] = {};
    for (size_t i = 0; i < length; ++i)
      for (size_t s = 0; s < kStreams; ++s) sum[s] ^= data[s * length + i];
    sink = (sum[0] ^ sum[1] ^ sum[2] ^ sum[3])[0];
  });
  for (char* block : blocks) std::free(block);
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1) threads = std::max(1, std::atoi(arguments[1]));
  if (count > 2 && std::strcmp(arguments[2], "memory") == 0) {
    std::printf("{\"memory\": %.2f}\n", memoryRead());
    return 0;
  }
  const double f32 = f32Peak(), bf16 = bf16Peak(), int8 = int8Peak(), exp = expRate(), memory = memoryRead();
  std::printf("{\"f32\": %.1f, \"bf16\": %.1f, \"int8\": %.1f, \"exp\": %.2f, \"memory\": %.2f}\n", f32, bf16,
              int8, exp, memory);
}
