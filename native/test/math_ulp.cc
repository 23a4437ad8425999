// Largest error of every function in native/cpu/math.h against double libm, in units in the last place of the
// float result. Takes every `step`-th of the 2^32 floats (argv[1], 4099 when left out; 1 takes
// minutes per function) for the function named by argv[2], or for all of them.
// Compiled once per instruction set with that set's flags, VMM_ISA and VMM_WIDTH. Exits 1 above a bound.
#include <cstdio>
#include <cstdlib>
#include "native/cpu/math.h"
#include "native/cpu/power.h"
#include "native/cpu/runtime/cpu_features.h"

namespace vmm::cpu::VMM_ISA {
namespace {

#define VMM_TEXT_(x) #x
#define VMM_TEXT(x) VMM_TEXT_(x)

struct Case {
  const char* name;
  vf (*ours)(vf);
  double (*exact)(double);
  double bound;
};

double sigmoid(double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
double silu(double x) { return x == -INFINITY ? -0.0 : x * sigmoid(x); }
double softplus(double x) { return std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))) + (x - x); }
double softplusOf(double x) { return std::isinf(x) ? std::fmax(x, 0.0) : softplus(x); }
double gelu(double x) { return x == -INFINITY ? -0.0 : x * 0.5 * std::erfc(-x * 0.70710678118654752440); }
double geluTanh(double x) {
  if (std::fabs(x) > 1000) return x < 0 ? -0.0 : x;
  return x * sigmoid(1.5957691216057307118 * (x + 0.044715 * x * x * x));
}
// powerOfE takes no more than 88; what is no normal number may be zero.
vf power(vf x) {
  const vf y = powerOfE(vmin(x, splat(88.0f)));
  return choose(y < splat(0x1p-126f), vf{}, y);
}
double powerOf(double x) {
  const double y = std::exp(std::fmin(x, 88));
  return std::isnan(x) ? x : y < 0x1p-126 ? 0 : y;
}

const Case kCases[] = {
    {"exp", [](vf x) { return vexp(x); }, std::exp, 2},
    {"power", power, powerOf, 2},
    {"log", [](vf x) { return vlog(x); }, std::log, 2},
    {"log1p", [](vf x) { return vlog1p(x); }, std::log1p, 2},
    {"expm1", [](vf x) { return vexpm1(x); }, std::expm1, 2},
    {"tanh", [](vf x) { return vtanh(x); }, std::tanh, 2},
    {"sigmoid", [](vf x) { return vsigmoid(x); }, sigmoid, 2},
    {"silu", [](vf x) { return vsilu(x); }, silu, 4},
    {"softplus", [](vf x) { return vsoftplus(x); }, softplusOf, 2},
    {"erf", [](vf x) { return verf(x); }, std::erf, 2},
    {"gelu", [](vf x) { return vgelu(x); }, gelu, 6},
    {"gelu_tanh", [](vf x) { return vgeluTanh(x); }, geluTanh, 4},
    {"sin", [](vf x) { return vsin(x); }, std::sin, 2},
    {"cos", [](vf x) { return vcos(x); }, std::cos, 2},
    {"floor", [](vf x) { return vfloor(x); }, std::floor, 0},
    {"x^.3", [](vf x) { return vpow(x, splat(0.3f)); }, [](double x) { return std::pow(x, 0.3f); }, 4},
    {"x^-7", [](vf x) { return vpow(x, splat(-7)); }, [](double x) { return std::pow(x, -7); }, 4},
    {"1.4^x", [](vf x) { return vpow(splat(1.4f), x); }, [](double x) { return std::pow(1.4f, x); }, 4},
    {"0.7^x", [](vf x) { return vpow(splat(0.7f), x); }, [](double x) { return std::pow(0.7f, x); }, 4},
    {"(-3)^x", [](vf x) { return vpow(splat(-3), x); }, [](double x) { return std::pow(-3, x); }, 4},
};

// Distance in units of the last place of the float nearest to `exact`; infinite for a wrong special value.
double ulps(float got, double exact) {
  const float nearest = static_cast<float>(exact);
  if (std::isnan(exact) || std::isnan(got)) return std::isnan(exact) && std::isnan(got) ? 0 : INFINITY;
  if (got == nearest && std::signbit(got) == std::signbit(nearest)) {
    if (std::isinf(got) || got == 0) return 0;
  } else if (std::isinf(got) && std::fabs(exact) < 0x1.fffffcp127) {
    return INFINITY;
  } else if (got == 0 && nearest == 0) {
    return INFINITY;  // the sign of zero
  }
  int exponent;
  std::frexp(std::isinf(nearest) ? 0x1.fffffep127 : exact, &exponent);
  const double unit = std::ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
  const double value = std::isinf(got) ? std::copysign(0x1p128, got) : static_cast<double>(got);
  return std::fabs(value - (std::isinf(nearest) ? std::copysign(0x1p128, exact) : exact)) / unit;
}

int run(uint64_t step, const char* only) {
  int bad = 0;
  for (const Case& c : kCases) {
    if (only && std::strcmp(only, c.name) != 0) continue;
    double worst = 0;
    float at = 0, gave = 0;
    float in[W] = {}, out[W];
    const auto flush = [&](int n) {
      store(out, c.ours(load(in)));
      for (int i = 0; i < n; ++i) {
        const double e = ulps(out[i], c.exact(in[i]));
        if (e > worst) worst = e, at = in[i], gave = out[i];
      }
    };
    const uint32_t special[] = {0,          0x80000000, 1,          0x80000001, 0x7fffff,
                                0x800000,   0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001,
                                0x7f7fffff, 0xff7fffff, 0x3f800000, 0xbf800000};
    for (const uint32_t bits : special) {
      std::memcpy(in, &bits, 4);
      flush(1);
    }
    int n = 0;
    for (uint64_t bits = 0; bits < uint64_t{1} << 32; bits += step) {
      const uint32_t low = static_cast<uint32_t>(bits);
      std::memcpy(&in[n++], &low, 4);
      if (n == W) flush(W), n = 0;
    }
    flush(n);
    std::printf("%-9s %-9s %6.3f ulp (bound %g) at %.9g = %a, gave %.9g\n", VMM_TEXT(VMM_ISA), c.name, worst,
                c.bound, at, at, gave);
    bad += !(worst <= c.bound);
  }
  return bad;
}

}  // namespace
}  // namespace vmm::cpu::VMM_ISA

int main(int argc, char** argv) {
  if (!vmm::cpuHas(VMM_FEATURES)) {
    std::printf("skipped: this processor lacks " VMM_FEATURES "\n");
    return 0;
  }
  const uint64_t step = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  return vmm::cpu::VMM_ISA::run(step > 0 ? step : 4099, argc > 2 ? argv[2] : nullptr) != 0;
}
