// native/cpu/dots.h and the conversions of simd.h against plain loops, compiled once per instruction set with
// that set's flags.
#include <cstdio>
#include <random>
#include "native/cpu/dots.h"
#include "native/cpu/runtime/cpu_features.h"
#include "native/test/check.h"

namespace vmm::cpu::VMM_ISA {
namespace {

float floatOf(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}
uint32_t bitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return bits;
}

void testBf16(std::mt19937& random) {
  std::uniform_real_distribution<float> unit(-4, 4);
  for (int round = 0; round < 100000; ++round) {
    uint16_t a[2 * W], b[2 * W];
    float sum[W], got[W];
    for (int i = 0; i < 2 * W; ++i) {
      a[i] = static_cast<uint16_t>(bitsOf(unit(random)) >> 16);
      b[i] = static_cast<uint16_t>(bitsOf(unit(random)) >> 16);
    }
    for (float& x : sum) x = round % 3 ? unit(random) : 0;
    store(got, dotBf16(load(sum), loadAs<vbf16>(a), loadAs<vbf16>(b)));
    for (int i = 0; i < W; ++i) {
      double exact = sum[i], size = std::fabs(exact);
      for (int k = 2 * i; k < 2 * i + 2; ++k) {
        const double product = static_cast<double>(floatOf(a[k] << 16)) * floatOf(b[k] << 16);
        exact += product;
        size += std::fabs(product);
      }
      CHECK(std::fabs(got[i] - exact) <= size * 0x1p-22);
    }
  }
}

void testI8(std::mt19937& random) {
  const int8_t extremes[] = {-128, 127, -1, 0};
  for (int round = 0; round < 100000; ++round) {
    int8_t a[4 * W], b[4 * W];
    uint8_t c[4 * W];
    int32_t sum[W], got[W], gotUnsigned[W];
    for (int i = 0; i < 4 * W; ++i) {
      a[i] = round % 2 ? static_cast<int8_t>(random()) : extremes[random() % 4];
      b[i] = round % 2 ? static_cast<int8_t>(random()) : extremes[random() % 4];
      c[i] = a[i] & 127;
    }
    for (int32_t& x : sum) x = static_cast<int32_t>(random());
    storeAs(gotUnsigned, dotU7I8(loadAs<vi>(sum), loadAs<vu8>(c), loadAs<vi8>(b)));
    int8_t d[4 * W];
    for (int i = 0; i < 4 * W; ++i) d[i] = b[i] == -128 ? -127 : b[i];
    storeAs(got, dotI8(loadAs<vi>(sum), loadAs<vi8>(a), loadAs<vi8>(d)));
    for (int i = 0; i < W; ++i) {
      uint32_t exact = static_cast<uint32_t>(sum[i]), exactUnsigned = exact;
      for (int k = 4 * i; k < 4 * i + 4; ++k) {
        exact += static_cast<uint32_t>(a[k] * d[k]);
        exactUnsigned += static_cast<uint32_t>(c[k] * b[k]);
      }
      CHECK(static_cast<uint32_t>(got[i]) == exact && static_cast<uint32_t>(gotUnsigned[i]) == exactUnsigned);
    }
  }
}

// Every 16-bit number, and with it every float halfway between two of them, and its neighbours.
template <class From, class To>
void testRounding(uint32_t infinity, From from, To to) {
  const auto widen = [&](uint32_t h) {
    vh in{};
    in[0] = static_cast<uint16_t>(h);
    float out[W];
    store(out, from(in));
    return out[0];
  };
  const auto narrow = [&](float x) {
    float in[W] = {x};
    uint16_t out[W];
    storeAs(out, to(load(in)));
    return uint32_t{out[0]};
  };
  for (uint32_t sign = 0; sign <= 0x8000; sign += 0x8000) {
    for (uint32_t h = 0; h < infinity; ++h) {
      const float below = widen(sign + h);
      CHECK(std::isfinite(below) && std::signbit(below) == (sign != 0) && narrow(below) == sign + h);
      if (h + 1 == infinity) break;
      const float above = widen(sign + h + 1);
      CHECK(std::fabs(above) > std::fabs(below));
      const float middle = below + (above - below) / 2;
      CHECK(narrow(middle) == sign + h + (h & 1));
      CHECK(narrow(std::nextafter(middle, below)) == sign + h);
      CHECK(narrow(std::nextafter(middle, above)) == sign + h + 1);
    }
    CHECK(std::isinf(widen(sign + infinity)) && narrow(widen(sign + infinity)) == sign + infinity);
    CHECK(narrow(floatOf(sign << 16 | 0x7f7fffff)) == sign + infinity);
    for (uint32_t h = infinity + 1; h < 0x8000; ++h) CHECK(std::isnan(widen(sign + h)));
    for (const uint32_t nan : {0x7f800001u, 0x7fc00000u, 0x7fffffffu}) {
      const uint32_t h = narrow(floatOf(sign << 16 | nan));
      CHECK((h & 0x8000) == sign && (h & 0x7fff) > infinity);
    }
  }
}

}  // namespace
}  // namespace vmm::cpu::VMM_ISA

int main() {
  using namespace vmm::cpu::VMM_ISA;
  if (!vmm::cpuHas(VMM_FEATURES)) {
    std::printf("skipped: this processor lacks " VMM_FEATURES "\n");
    return 0;
  }
  std::mt19937 random(1);
  testBf16(random);
  testI8(random);
  testRounding(
      0x7f80, [](vh h) { return fromBf16(h); }, [](vf v) { return toBf16(v); });
  testRounding(
      0x7c00, [](vh h) { return fromF16(h); }, [](vf v) { return toF16(v); });
}
