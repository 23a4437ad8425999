// Elementary functions on vectors of floats. Method everywhere: reduce the argument exactly (Cody-Waite
// constants with few bits, so that it needs no FMA), then a minimax polynomial. All lanes take the same path;
// special values are selected at the end. Errors are the largest found by native/test/math_ulp.cc: over all
// floats for exp, log, tanh, sigmoid and softplus, over samples of them, with some room, for the others.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// c[0] + c[1] x + c[2] x^2 + ...
template <int N>
VMM_INLINE vf polynomial(vf x, const float (&c)[N]) {
  vf sum = splat(c[N - 1]);
  for (int i = N - 2; i >= 0; --i) sum = fma(sum, x, splat(c[i]));
  return sum;
}

VMM_INLINE vf toFloat(vi i) { return __builtin_convertvector(i, vf); }
VMM_INLINE vf copySign(vf magnitude, vf sign) {
  return bitCast<vf>(bitCast<vi>(magnitude) | (bitCast<vi>(sign) & splati(INT32_MIN)));
}
// 2^i for -126 <= i <= 127.
VMM_INLINE vf powerOf2(vi i) { return bitCast<vf>((bitCast<vu>(i) + 127) << 23); }

// The nearest integer of x, |x| < 2^22, as float and as int.
struct Rounded {
  vf f;
  vi i;
};
VMM_INLINE Rounded roundToInt(vf x) {
  // Adding 1.5 * 2^23 leaves the integer in the low bits of the mantissa.
  const vf magic = splat(12582912.0f), sum = x + magic;
  return {sum - magic, bitCast<vi>(bitCast<vu>(sum) - bitCast<vu>(magic))};
}

// A sum of two floats that is exact to about 48 bits.
struct Pair {
  vf hi, lo;
};
VMM_INLINE Pair twoSum(vf a, vf b) {
  const vf s = a + b, t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}
VMM_INLINE Pair twoProduct(vf a, vf b) {
  const vf p = a * b;
#if VMM_HAS_EXACT_FMA
  return {p, fma(a, b, -p)};
#else
  const vf ah = bitCast<vf>(bitCast<vi>(a) & splati(-4096)), al = a - ah;
  const vf bh = bitCast<vf>(bitCast<vi>(b) & splati(-4096)), bl = b - bh;
  return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
#endif
}

inline constexpr float kLn2High = 0x1.63p-1f, kLn2Low = -0x1.bd0106p-13f;  // high: 10 bits

// e^x as p * 2^n, so that callers can multiply before the scaling rounds to a subnormal.
struct Exp {
  vf p;
  Rounded n;
  // value * 2^n, rounded once; -252 <= n <= 254, beyond the range of exponents in a float.
  VMM_INLINE vf scaled(vf value) const {
#if VMM_ISA_AVX512
    return bitCast<vf>(_mm512_maskz_scalef_ps(kAllLanes, bitCast<__m512>(value), bitCast<__m512>(n.f)));
#else
    const vi half = n.i >> 1;
    return value * powerOf2(half) * powerOf2(n.i - half);
#endif
  }
  VMM_INLINE vf value() const { return scaled(p); }
};
// e^r - 1 - r = r^2 q(r) on |r| <= ln(2) / 2.
VMM_INLINE vf expTail(vf r) {
  constexpr float q[] = {0.5f,           0x1.555554p-3f,  0x1.55548ep-5f,
                         0x1.111272p-7f, 0x1.6d8db0p-10f, 0x1.9f0810p-13f};
  return r * r * polynomial(r, q);
}
VMM_INLINE Rounded expQuotient(vf x) { return roundToInt(x * splat(0x1.715476p+0f)); }
VMM_INLINE vf expRemainder(vf x, vf n) { return (x - n * splat(kLn2High)) - n * splat(kLn2Low); }
// -170 < x + extra < 170 (or NaN); extra is a small correction of x.
VMM_INLINE Exp expParts(vf x) {
  const Rounded n = expQuotient(x);
  const vf r = expRemainder(x, n.f);
  return {splat(1.0f) + (r + expTail(r)), n};
}
VMM_INLINE Exp expParts(vf x, vf extra) {
  const Rounded n = expQuotient(x);
  const vf r = expRemainder(x, n.f) + extra;
  return {splat(1.0f) + (r + expTail(r)), n};
}

// e^x. Cody-Waite with n = round(x / ln 2), degree 7. At most 0.97 ulp.
VMM_INLINE vf vexp(vf x) { return expParts(vmin(vmax(x, splat(-104.0f)), splat(89.0f))).value(); }

// e^x - 1. As vexp; 2^n (e^r - 1) + (2^n - 1) in halves, which stay finite. At most 1.5 ulp.
VMM_INLINE vf vexpm1(vf x) {
  const vf z = vmin(vmax(x, splat(-30.0f)), splat(89.0f));
  const Rounded n = expQuotient(z);
  const vf r = expRemainder(z, n.f), small = r + expTail(r);
  const vf half = powerOf2(n.i - 1), large = fma(half, small, half - splat(0.5f));
  // At n = 0 the halves would lose a bit of subnormal numbers, and the remainder the sign of zero.
  return copySign(choose(n.i == 0, small, large + large), x);
}

// (ln(1 + f) - f + f^2 / 2) / f^3 for f in [-1/3, 1/3].
VMM_INLINE vf logTail(vf f) {
  constexpr float q[] = {0x1.55550cp-2f, -0x1.fffe5ep-3f, 0x1.99ce42p-3f, -0x1.55b7e6p-3f,
                         0x1.1ef19cp-3f, -0x1.f03c2cp-4f, 0x1.1df346p-3f, -0x1.0e2a94p-3f};
  return polynomial(f, q);
}
// ln(1 + f) + e ln 2.
VMM_INLINE vf logSum(vf f, vf e) {
  const vf tail = f * f * fma(logTail(f), f, splat(-0.5f));
  return fma(e, splat(kLn2High), fma(e, splat(kLn2Low), tail) + f);
}
// The exponent e and the mantissa m in x = m 2^e with m in [2/3, 4/3), for normal x > 0.
VMM_INLINE vi logExponent(vf x) { return bitCast<vi>(bitCast<vu>(x) - 0x3f2aaaab) >> 23; }
VMM_INLINE vf logMantissa(vf x, vi e) { return bitCast<vf>(bitCast<vu>(x) - (bitCast<vu>(e) << 23)); }
VMM_INLINE vf logSpecial(vf x, vf result) {
  const vf inf = splat(__builtin_inff());
  const vf other = choose(x < vf{}, splat(__builtin_nanf("")), choose(x == vf{}, -inf, x));
  return choose((x > vf{}) & (x < inf), result, other);
}
struct LogParts {
  vf f, e;
};
VMM_INLINE LogParts logParts(vf x) {
  const vi tiny = x < splat(0x1p-126f);
  const vf z = choose(tiny, x * splat(0x1p23f), x);
  const vi e = logExponent(z);
  return {logMantissa(z, e) - splat(1.0f), toFloat(e + (tiny & -23))};
}

// ln x. Degree 10 on m - 1 for x = m 2^e, m in [2/3, 4/3). At most 0.96 ulp.
VMM_INLINE vf vlog(vf x) {
  const LogParts parts = logParts(x);
  return logSpecial(x, logSum(parts.f, parts.e));
}

// ln(1 + x) for finite x > -1. The exponent of u = 1 + x scales x itself, so what u lost does not matter.
VMM_INLINE vf log1pFinite(vf x) {
  const vf u = x + splat(1.0f);
  const vi e = logExponent(u);
  const vf scale = powerOf2(-e);
  const vf near = fma(x, scale, scale - splat(1.0f));
  const vf far = logMantissa(u, e) - splat(1.0f);
  return logSum(choose(x > splat(0x1p25f), far, near), toFloat(e));
}
// ln(1 + x). At most 1.7 ulp.
VMM_INLINE vf vlog1p(vf x) {
  const vf u = x + splat(1.0f);
  return choose(x == vf{}, x, logSpecial(u, log1pFinite(x)));
}

// tanh x. An odd polynomial of degree 15 below 1, else 1 - 2 / (e^2x + 1). At most 1.15 ulp.
VMM_INLINE vf vtanh(vf x) {
  constexpr float q[] = {-0x1.55553cp-2f, 0x1.110be2p-3f, -0x1.b961f2p-5f, 0x1.6007e0p-6f,
                         -0x1.045a4cp-7f, 0x1.2d8e7ap-9f, -0x1.77a2aap-12f};
  const vf t = vabs(x), y = t * t;
  const vf small = fma(t * y, polynomial(y, q), t);
  const vf e = expParts(vmin(t, splat(12.0f)) * splat(2.0f)).value();
  const vf large = splat(1.0f) - splat(2.0f) / (e + splat(1.0f));
  return copySign(choose(t < splat(1.0f), small, large), x);
}

// 1 / (1 + e^-x), as e^-|x| / (1 + e^-|x|) for x < 0: tiny results keep their relative accuracy.
// At most 1.97 ulp.
VMM_INLINE vf vsigmoid(vf x) {
  const vf one = splat(1.0f), e = expParts(vmax(-vabs(x), splat(-104.0f))).value();
  // What the sum lost is given back to the quotient; 1 / sum is the quotient itself or what it lacks to 1.
  const vf sum = one + e, lost = e - (sum - one);
  const vf quotient = choose(x < vf{}, e, one) / sum, inverse = choose(x < vf{}, one - quotient, quotient);
  return quotient - quotient * (lost * inverse);
}

// x * sigmoid(x). The product is taken before e^-|x| becomes subnormal. At most 3.2 ulp.
VMM_INLINE vf vsilu(vf x) {
  const vf z = vmax(-vabs(x), splat(-112.0f));
  const Exp e = expParts(z);
  return choose(x < vf{}, e.scaled(z * e.p), x) / (splat(1.0f) + e.value());
}

// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|). At most 1.91 ulp.
VMM_INLINE vf vsoftplus(vf x) {
  const vf e = expParts(vmax(-vabs(x), splat(-104.0f))).value();
  return vmax(x, vf{}) + log1pFinite(e);
}

// erf x. x + x p(x^2) below 1, else 1 - e^p(x) with p = ln(erfc x). At most 1.4 ulp.
VMM_INLINE vf verf(vf x) {
  constexpr float near[] = {0x1.06eba8p-3f, -0x1.81273ep-2f,  0x1.ce2cf0p-4f, -0x1.b7f89ap-6f,
                            0x1.540216p-8f, -0x1.a3dc72p-11f, 0x1.492178p-14f};
  constexpr float far[] = {0x1.8a573p-13f, -0x1.212c0cp+0f, -0x1.443566p-1f, -0x1.bc1516p-4f,
                           0x1.9d0302p-6f, -0x1.138cbap-8f, 0x1.cec5fap-12f, -0x1.6bd7dcp-16f};
  const vf t = vabs(x);
  const vf small = fma(t, polynomial(t * t, near), t);
  const vf e = expParts(polynomial(vmin(t, splat(4.0f)), far)).value();
  return copySign(choose(t < splat(1.0f), small, splat(1.0f) - e), x);
}

// The standard normal distribution at -a, a in [0, 14.5], as tail * e^(-a^2 / 2), the latter in `exp`.
struct NormalTail {
  vf tail;
  Exp exp;
};
VMM_INLINE NormalTail normalTail(vf a) {
  // (a + 2) * tail(a) as a polynomial of a / (a + 2).
  constexpr float q[] = {1.0f,           -0x1.3107e6p-1f, -0x1.88c008p-3f, 0x1.6b6d4cp-4f,  0x1.36cc80p-4f,
                         0x1.78ad9cp-3f, -0x1.a7345cp-2f, 0x1.616502p-1f,  -0x1.89dc52p-1f, 0x1.a2d88cp-2f,
                         -0x1.42879cp-4f};
  const vf sum = a + splat(2.0f), t = a / sum;
  const Pair square = twoProduct(a, a);
  return {polynomial(t, q) / sum, expParts(square.hi * splat(-0.5f), square.lo * splat(-0.5f))};
}

// x * normal distribution(x) = x / 2 (1 + erf(x / sqrt 2)), with full relative accuracy for x < 0.
// At most 5.5 ulp.
VMM_INLINE vf vgelu(vf x) {
  const vf a = vmin(vabs(x), splat(14.5f));
  const NormalTail t = normalTail(a);
  const vf tail = t.exp.p * t.tail;
  const vf above = x - a * t.exp.scaled(tail);
  return copySign(choose(x < vf{}, t.exp.scaled(-a * tail), above), x);
}

// x / 2 (1 + tanh y) = x sigmoid(2y), y = sqrt(2 / pi) (x + 0.044715 x^3); 2y in two floats. At most 3.2 ulp.
VMM_INLINE vf vgeluTanh(vf x) {
  const vf t = vmin(vabs(x), splat(11.0f)), slope = splat(0x1.2444f2p-4f), start = splat(0x1.988454p+0f);
  const Pair square = twoProduct(t, t), cubic = twoProduct(slope, square.hi), sum = twoSum(start, cubic.hi);
  const vf constants = fma(square.hi, splat(0x1.49b16ap-29f), splat(-0x1.857936p-25f));
  const vf rest = fma(slope, square.lo, constants + cubic.lo);
  const Pair twice = twoProduct(t, sum.hi);
  const Exp e = expParts(-twice.hi, -fma(t, sum.lo + rest, twice.lo));
  return choose(x < vf{}, e.scaled(-t * e.p), x) / (splat(1.0f) + e.value());
}

// An angle as r + q pi / 2 with |r| <= pi / 4.
struct Angle {
  vf r;
  vi q;
};

// One lane with |x| >= 8192: Payne-Hanek with the 96 bits of 2 / pi that matter.
inline float angleOfLarge(float x, int32_t& quadrant) {
  constexpr uint32_t twoOverPi[] = {0,          0xa2f9836e, 0x4e441529, 0xfc2757d1,
                                    0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab};
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  const int exponent = static_cast<int>(bits >> 23 & 255) - 150;
  const uint64_t mantissa = (bits & 0x7fffff) | 0x800000;
  const int offset = exponent - 2 + 32, word = offset >> 5, shift = offset & 31;
  uint64_t window[3];
  for (int i = 0; i < 3; ++i) {
    const uint64_t two = static_cast<uint64_t>(twoOverPi[word + i]) << 32 | twoOverPi[word + i + 1];
    window[i] = two >> (32 - shift) & 0xffffffff;
  }
  // x * 2 / pi modulo 4, in units of 2^-62.
  const uint64_t turn = (mantissa * window[0] << 32) + mantissa * window[1] + (mantissa * window[2] >> 32);
  quadrant = static_cast<int32_t>((turn + (uint64_t{1} << 61)) >> 62);
  const double fraction = static_cast<double>(static_cast<int64_t>(turn << 2));
  const float r = static_cast<float>(fraction * 0x1.921fb54442d18p-64);
  if (bits >> 31) quadrant = -quadrant;
  return bits >> 31 ? -r : r;
}

VMM_INLINE Angle angleOf(vf x) {
  const vi large = ~(vabs(x) < splat(8192.0f));
  const vf z = choose(large, vf{}, x);
  const Rounded n = roundToInt(z * splat(0x1.45f306p-1f));
  vf r = z - n.f * splat(0x1.92p+0f);
  r = r - n.f * splat(0x1.fb4p-12f);
  const vf third = n.f * splat(0x1.444p-24f), rough = r - third;
  r = rough + (((r - rough) - third) - n.f * splat(0x1.68c234p-39f));
  Angle angle{r, n.i};
  if (anyTrue(large))
    for (int i = 0; i < W; ++i) {
      if (!large[i]) continue;
      int32_t quadrant = 0;
      const bool finite = __builtin_fabsf(x[i]) <= __FLT_MAX__;
      angle.r[i] = finite ? angleOfLarge(x[i], quadrant) : __builtin_nanf("");
      angle.q[i] = quadrant;
    }
  return angle;
}
VMM_INLINE vf sineOf(vf r, vi q) {
  constexpr float s[] = {-0x1.555556p-3f, 0x1.111108p-7f, -0x1.a00f94p-13f, 0x1.6cd5ecp-19f};
  constexpr float c[] = {0x1.55554ap-5f, -0x1.6c0c82p-10f, 0x1.99ff40p-16f};
  const vf y = r * r;
  const vf sine = fma(r * y, polynomial(y, s), r);
  const vf cosine = fma(y * y, polynomial(y, c), fma(y, splat(-0.5f), splat(1.0f)));
  const vf value = choose((q & 1) != 0, cosine, sine);
  return bitCast<vf>(bitCast<vu>(value) ^ (bitCast<vu>(q) & 2) << 30);
}
// sin x and cos x. Four-part Cody-Waite below 8192, Payne-Hanek lane by lane above. At most 1.7 ulp.
VMM_INLINE vf vsin(vf x) {
  const Angle angle = angleOf(x);
  return choose(x == vf{}, x, sineOf(angle.r, angle.q));
}
VMM_INLINE vf vcos(vf x) {
  const Angle angle = angleOf(x);
  return sineOf(angle.r, angle.q + 1);
}

VMM_INLINE vf vfloor(vf x) {
  const vf t = vabs(x), whole = splat(0x1p23f);
  const vf near = copySign((t + whole) - whole, x), down = near - choose(near > x, splat(1.0f), vf{});
  return choose(t < whole, copySign(down, x), x);
}

// ln x for finite x > 0 in two floats, to about 2^-29 of its value.
VMM_INLINE Pair logPair(vf x) {
  const LogParts parts = logParts(x);
  const vf f = parts.f, e = parts.e;
  const Pair square = twoProduct(f, f), whole = twoSum(e * splat(kLn2High), f);
  const Pair less = twoSum(whole.hi, square.hi * splat(-0.5f));
  const vf cubic = square.hi * f * logTail(f);
  return twoSum(less.hi, (((whole.lo + less.lo) + e * splat(kLn2Low)) - square.lo * splat(0.5f)) + cubic);
}

// a^b = e^(b ln a) in two floats, with the special values of IEEE pow. At most 2 ulp as far as tested.
VMM_INLINE vf vpow(vf a, vf b) {
  const vf x = vabs(a), one = splat(1.0f), inf = splat(__builtin_inff()), nan = splat(__builtin_nanf(""));
  const vf power = vmin(vmax(b, splat(-1e20f)), splat(1e20f));
  const Pair log = logPair(x), y = twoProduct(log.hi, power);
  const vf z = vmin(vmax(y.hi, splat(-110.0f)), splat(90.0f));
  const vf size = expParts(z, choose(z == y.hi, fma(log.lo, power, y.lo), vf{})).value();
  vf result = choose(x == vf{}, choose(b < vf{}, inf, vf{}), size);
  result = choose(x == inf, choose(b < vf{}, vf{}, inf), result);
  const vi whole = vfloor(b) == b;
  const vi odd = whole & (vabs(b) < splat(0x1p24f)) & (vfloor(b * splat(0.5f)) * splat(2.0f) != b);
  result = choose(odd, copySign(result, a), result);
  result = choose((a < vf{}) & (x < inf) & ~whole, nan, result);
  result = choose((a != a) | (b != b), nan, result);
  return choose((b == vf{}) | (a == one) | ((a == -one) & (vabs(b) == inf)), one, result);
}

}  // namespace vmm::cpu::VMM_ISA
