// The functions of `unary`, f, and their derivatives, df. In the order of lib/ops/unary_fns.ts.
#pragma once
#include "native/cpu/math.h"

namespace vmm::cpu::VMM_ISA {

// clang-format off
#define VMM_UNARY_FNS(_) \
  _(Neg) _(Abs) _(Exp) _(Log) _(Sqrt) _(Rsqrt) _(Reciprocal) _(Tanh) _(Sigmoid) _(Silu) \
  _(Gelu) _(GeluTanh) _(Relu) _(Softplus) _(Sin) _(Cos) _(Square) _(Erf) _(Sign) _(Floor)
// clang-format on

namespace unary_fns {

VMM_INLINE vf one() { return splat(1.0f); }
VMM_INLINE vf signOf(vf x) { return choose(x > vf{}, one(), choose(x < vf{}, -one(), x)); }
// e^-|x| and sigmoid'(x) = e^-|x| / (1 + e^-|x|)^2.
VMM_INLINE vf decay(vf x) { return expParts(vmax(-vabs(x), splat(-104.0f))).value(); }
VMM_INLINE vf sigmoidSlope(vf x) {
  const vf e = decay(x), sum = one() + e;
  return e / (sum * sum);
}
VMM_INLINE vf gaussian(vf x) {
  const vf a = vmin(vabs(x), splat(14.5f));
  const Pair square = twoProduct(a, a);
  return expParts(square.hi * splat(-0.5f), square.lo * splat(-0.5f)).value();
}

struct Neg {
  static VMM_INLINE vf f(vf x) { return -x; }
  static VMM_INLINE vf df(vf) { return -one(); }
};
struct Abs {
  static VMM_INLINE vf f(vf x) { return vabs(x); }
  static VMM_INLINE vf df(vf x) { return signOf(x); }
};
struct Exp {
  static VMM_INLINE vf f(vf x) { return vexp(x); }
  static VMM_INLINE vf df(vf x) { return vexp(x); }
};
struct Log {
  static VMM_INLINE vf f(vf x) { return vlog(x); }
  static VMM_INLINE vf df(vf x) { return one() / x; }
};
struct Sqrt {
  static VMM_INLINE vf f(vf x) { return vsqrt(x); }
  static VMM_INLINE vf df(vf x) { return splat(0.5f) / vsqrt(x); }
};
struct Rsqrt {
  static VMM_INLINE vf f(vf x) { return one() / vsqrt(x); }
  static VMM_INLINE vf df(vf x) { return splat(-0.5f) / vsqrt(x) / x; }
};
struct Reciprocal {
  static VMM_INLINE vf f(vf x) { return one() / x; }
  static VMM_INLINE vf df(vf x) { return splat(-1.0f) / x / x; }
};
struct Tanh {
  static VMM_INLINE vf f(vf x) { return vtanh(x); }
  static VMM_INLINE vf df(vf x) { return splat(4.0f) * sigmoidSlope(x + x); }
};
struct Sigmoid {
  static VMM_INLINE vf f(vf x) { return vsigmoid(x); }
  static VMM_INLINE vf df(vf x) { return sigmoidSlope(x); }
};
struct Silu {
  static VMM_INLINE vf f(vf x) { return vsilu(x); }
  static VMM_INLINE vf df(vf x) {
    const vf z = vmin(vmax(x, splat(-120.0f)), splat(120.0f));
    return vsigmoid(z) + z * sigmoidSlope(z);
  }
};
struct Gelu {
  static VMM_INLINE vf f(vf x) { return vgelu(x); }
  static VMM_INLINE vf df(vf x) {
    const vf z = vmin(vmax(x, splat(-14.5f)), splat(14.5f));
    const NormalTail t = normalTail(vabs(z));
    const vf tail = t.exp.scaled(t.exp.p * t.tail);
    return choose(z < vf{}, tail, one() - tail) + z * gaussian(z) * splat(0x1.988454p-2f);
  }
};
struct GeluTanh {
  static VMM_INLINE vf f(vf x) { return vgeluTanh(x); }
  static VMM_INLINE vf df(vf x) {
    const vf slope = splat(0x1.2444f2p-4f), start = splat(0x1.988454p+0f);
    const vf z = vmin(vmax(x, splat(-12.0f)), splat(12.0f));
    const vf square = z * z, twice = z * fma(slope, square, start);
    return vsigmoid(twice) + z * sigmoidSlope(twice) * fma(slope * splat(3.0f), square, start);
  }
};
struct Relu {
  static VMM_INLINE vf f(vf x) { return vmax(x, vf{}); }
  static VMM_INLINE vf df(vf x) { return choose(x > vf{}, one(), vf{}); }
};
struct Softplus {
  static VMM_INLINE vf f(vf x) { return vsoftplus(x); }
  static VMM_INLINE vf df(vf x) { return vsigmoid(x); }
};
struct Sin {
  static VMM_INLINE vf f(vf x) { return vsin(x); }
  static VMM_INLINE vf df(vf x) { return vcos(x); }
};
struct Cos {
  static VMM_INLINE vf f(vf x) { return vcos(x); }
  static VMM_INLINE vf df(vf x) { return -vsin(x); }
};
struct Square {
  static VMM_INLINE vf f(vf x) { return x * x; }
  static VMM_INLINE vf df(vf x) { return x + x; }
};
struct Erf {
  static VMM_INLINE vf f(vf x) { return verf(x); }
  static VMM_INLINE vf df(vf x) {
    const vf a = vmin(vabs(x), splat(10.3f));
    const Pair square = twoProduct(a, a);
    return expParts(-square.hi, -square.lo).value() * splat(0x1.20dd76p+0f);
  }
};
struct Sign {
  static VMM_INLINE vf f(vf x) { return signOf(x); }
  static VMM_INLINE vf df(vf) { return vf{}; }
};
struct Floor {
  static VMM_INLINE vf f(vf x) { return vfloor(x); }
  static VMM_INLINE vf df(vf) { return vf{}; }
};

}  // namespace unary_fns
}  // namespace vmm::cpu::VMM_ISA
