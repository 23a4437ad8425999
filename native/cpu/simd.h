// Vectors of VMM_WIDTH floats on compiler vector extensions, in the namespace of one instruction set: each
// set compiles it inside its target region (native/cpu/isa), in files of its own.
// Rule for equal bits: a tail is computed by the same vector code on a partial load, never by a scalar loop.
// In GCC 12 neither a lambda that takes or gives vectors nor a default member initialiser sees the target
// region: use always_inline functions and static members.
#pragma once
#include "native/cpu/isa/intrinsics.h"
#include "native/cpu/kernel.h"

namespace vmm::cpu::VMM_ISA {

inline constexpr int W = VMM_WIDTH;
typedef float vf __attribute__((vector_size(4 * VMM_WIDTH)));
typedef int32_t vi __attribute__((vector_size(4 * VMM_WIDTH)));
typedef uint32_t vu __attribute__((vector_size(4 * VMM_WIDTH)));
typedef uint16_t vh __attribute__((vector_size(2 * VMM_WIDTH)));  // f16 or bf16 bits

#define VMM_INLINE inline __attribute__((always_inline))

#if VMM_ISA_AVX512
// The masked intrinsics with all lanes on: GCC 12 warns about the undefined lanes inside the plain ones.
inline constexpr __mmask16 kAllLanes = 0xffff;
#endif

template <class V, class T>
VMM_INLINE V loadAs(const T* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class V, class T>
VMM_INLINE void storeAs(T* p, V v) {
  std::memcpy(p, &v, sizeof v);
}
template <class To, class From>
VMM_INLINE To bitCast(From v) {
  static_assert(sizeof(To) == sizeof(From));
  To r;
  std::memcpy(&r, &v, sizeof r);
  return r;
}

VMM_INLINE vf splat(float x) { return x - vf{}; }
VMM_INLINE vi splati(int32_t x) { return x - vi{}; }
VMM_INLINE vf load(const float* p) { return loadAs<vf>(p); }
VMM_INLINE void store(float* p, vf v) { storeAs(p, v); }

// The first n (0 < n < W) lanes; the rest read as zero.
VMM_INLINE vf loadPart(const float* p, int64_t n) {
#if VMM_ISA_AVX512
  return bitCast<vf>(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p));
#else
  vf v{};
  std::memcpy(&v, p, 4 * static_cast<size_t>(n));
  return v;
#endif
}
VMM_INLINE void storePart(float* p, vf v, int64_t n) {
#if VMM_ISA_AVX512
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), bitCast<__m512>(v));
#else
  std::memcpy(p, &v, 4 * static_cast<size_t>(n));
#endif
}
// Up to W lanes, all of them when n >= W.
VMM_INLINE vf loadUpTo(const float* p, int64_t n) { return n >= W ? load(p) : loadPart(p, n); }
VMM_INLINE void storeUpTo(float* p, vf v, int64_t n) { n >= W ? store(p, v) : storePart(p, v, n); }

// a * b + c in one rounding where the set has it; baseline x86 rounds twice.
#define VMM_HAS_EXACT_FMA (VMM_ISA_AVX512 || VMM_ISA_AVX2 || VMM_ISA_NEON)
VMM_INLINE vf fma(vf a, vf b, vf c) {
#if VMM_ISA_AVX512
  return bitCast<vf>(_mm512_fmadd_ps(bitCast<__m512>(a), bitCast<__m512>(b), bitCast<__m512>(c)));
#elif VMM_ISA_AVX2
  return bitCast<vf>(_mm256_fmadd_ps(bitCast<__m256>(a), bitCast<__m256>(b), bitCast<__m256>(c)));
#elif VMM_ISA_NEON
  return bitCast<vf>(vfmaq_f32(bitCast<float32x4_t>(c), bitCast<float32x4_t>(a), bitCast<float32x4_t>(b)));
#else
  return a * b + c;
#endif
}

// Lane by lane; a mask lane is 0 or -1, as comparisons give it.
VMM_INLINE vf choose(vi mask, vf yes, vf no) { return mask ? yes : no; }
VMM_INLINE bool anyTrue(vi mask) {
#if VMM_ISA_AVX512
  return _mm512_movepi32_mask(bitCast<__m512i>(mask)) != 0;
#elif VMM_ISA_AVX2
  return _mm256_movemask_ps(bitCast<__m256>(mask)) != 0;
#elif VMM_ISA_NEON
  return vmaxvq_u32(bitCast<uint32x4_t>(mask)) != 0;
#else
  int32_t any = 0;
  for (int i = 0; i < W; ++i) any |= mask[i];
  return any != 0;
#endif
}
// NaN in `a` is kept, as std::max(a, b) keeps its first argument.
#if VMM_ISA_AVX512
VMM_INLINE vf vmax(vf a, vf b) {
  return bitCast<vf>(_mm512_maskz_max_ps(kAllLanes, bitCast<__m512>(b), bitCast<__m512>(a)));
}
VMM_INLINE vf vmin(vf a, vf b) {
  return bitCast<vf>(_mm512_maskz_min_ps(kAllLanes, bitCast<__m512>(b), bitCast<__m512>(a)));
}
#elif VMM_ISA_AVX2
VMM_INLINE vf vmax(vf a, vf b) { return bitCast<vf>(_mm256_max_ps(bitCast<__m256>(b), bitCast<__m256>(a))); }
VMM_INLINE vf vmin(vf a, vf b) { return bitCast<vf>(_mm256_min_ps(bitCast<__m256>(b), bitCast<__m256>(a))); }
#else
VMM_INLINE vf vmax(vf a, vf b) { return choose(a < b, b, a); }
VMM_INLINE vf vmin(vf a, vf b) { return choose(b < a, b, a); }
#endif
// NaN in either is kept; of equal values the first.
VMM_INLINE vf vmaximum(vf a, vf b) { return choose((a < b) | (b != b), b, a); }
VMM_INLINE vf vminimum(vf a, vf b) { return choose((b < a) | (b != b), b, a); }
VMM_INLINE vf vabs(vf a) { return bitCast<vf>(bitCast<vi>(a) & 0x7fffffff); }
VMM_INLINE vf vsqrt(vf a) {
#if VMM_ISA_AVX512
  return bitCast<vf>(_mm512_maskz_sqrt_ps(kAllLanes, bitCast<__m512>(a)));
#elif VMM_ISA_AVX2
  return bitCast<vf>(_mm256_sqrt_ps(bitCast<__m256>(a)));
#elif VMM_ISA_NEON
  return bitCast<vf>(vsqrtq_f32(bitCast<float32x4_t>(a)));
#else
  for (int i = 0; i < W; ++i) a[i] = __builtin_sqrtf(a[i]);
  return a;
#endif
}

// Sum and maximum over the lanes, in a fixed tree order: of two halves, and so on. By shuffles: GCC keeps a
// vector whose lanes are taken from memory there, also in the loop before.
template <int N>
struct Lanes {
  typedef float V __attribute__((vector_size(4 * N)));
  template <size_t... I>
  static VMM_INLINE float sum(V v, std::index_sequence<I...>) {
    return Lanes<N / 2>::sum(__builtin_shufflevector(v, v, I...) +
                             __builtin_shufflevector(v, v, (I + N / 2)...));
  }
  template <size_t... I>
  static VMM_INLINE float max(V v, std::index_sequence<I...>) {
    const auto low = __builtin_shufflevector(v, v, I...),
               high = __builtin_shufflevector(v, v, (I + N / 2)...);
    return Lanes<N / 2>::max(low < high ? high : low);
  }
  static VMM_INLINE float sum(V v) { return sum(v, std::make_index_sequence<N / 2>()); }
  static VMM_INLINE float max(V v) { return max(v, std::make_index_sequence<N / 2>()); }
};
template <>
struct Lanes<1> {
  typedef float V __attribute__((vector_size(4)));
  static VMM_INLINE float sum(V v) { return v[0]; }
  static VMM_INLINE float max(V v) { return v[0]; }
};
VMM_INLINE float hsum(vf v) { return Lanes<W>::sum(v); }
VMM_INLINE float hmax(vf v) { return Lanes<W>::max(v); }

// bfloat16 bits <-> float, round to nearest even, NaN stays NaN.
VMM_INLINE vf fromBf16(vh h) { return bitCast<vf>(__builtin_convertvector(h, vu) << 16); }
VMM_INLINE vh toBf16(vf v) {
#if VMM_ISA_NEON && VMM_HAS_BF16
  return bitCast<vh>(vcvt_bf16_f32(bitCast<float32x4_t>(v)));
#else
  const vu bits = bitCast<vu>(v);
  const vu rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const vu quiet = (bits >> 16) | 0x40;
  const vu nan = bitCast<vu>((bits & 0x7fffffff) > 0x7f800000);
  return __builtin_convertvector((nan & quiet) | (~nan & rounded), vh);
#endif
}
VMM_INLINE vf roundToBf16(vf v) { return fromBf16(toBf16(v)); }

// IEEE half bits <-> float, round to nearest even, subnormals kept.
VMM_INLINE vf fromF16(vh h) {
#if VMM_ISA_AVX512
  return bitCast<vf>(_mm512_maskz_cvtph_ps(kAllLanes, bitCast<__m256i>(h)));
#elif VMM_ISA_AVX2
  return bitCast<vf>(_mm256_cvtph_ps(bitCast<__m128i>(h)));
#elif VMM_ISA_NEON
  return bitCast<vf>(vcvt_f32_f16(bitCast<float16x4_t>(h)));
#else
  const vu w = __builtin_convertvector(h, vu);
  const vu sign = (w & 0x8000) << 16, magnitude = w & 0x7fff;
  const vu normal = (magnitude << 13) + 0x38000000;
  const vf subnormal = __builtin_convertvector(bitCast<vi>(magnitude), vf) * splat(5.9604644775390625e-8f);
  const vu special = bitCast<vu>(magnitude >= 0x7c00), small = bitCast<vu>(magnitude < 0x400);
  const vu infinite = (magnitude << 13) + 0x70000000;
  const vu bits = (special & infinite) | (~special & ((small & bitCast<vu>(subnormal)) | (~small & normal)));
  return bitCast<vf>(sign | bits);
#endif
}
VMM_INLINE vh toF16(vf v) {
#if VMM_ISA_AVX512
  return bitCast<vh>(_mm512_maskz_cvtps_ph(kAllLanes, bitCast<__m512>(v), _MM_FROUND_TO_NEAREST_INT));
#elif VMM_ISA_AVX2
  return bitCast<vh>(_mm256_cvtps_ph(bitCast<__m256>(v), _MM_FROUND_TO_NEAREST_INT));
#elif VMM_ISA_NEON
  return bitCast<vh>(vcvt_f16_f32(bitCast<float32x4_t>(v)));
#else
  const vu bits = bitCast<vu>(v), sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7fffffff;
  const vu normal = (magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13;
  // Adding 2^23 * 2^-24 = 0.5 leaves the rounded multiple of 2^-24 in the low bits of the mantissa.
  const vu subnormal = bitCast<vu>(bitCast<vf>(magnitude) + splat(0.5f)) - 0x3f000000;
  const vu small = bitCast<vu>(magnitude < 0x38800000), large = bitCast<vu>(magnitude >= 0x477ff000);
  const vu nan = bitCast<vu>(magnitude > 0x7f800000);
  const vu finite = (small & subnormal) | (~small & normal);
  const vu special = (nan & 0x7e00) | (~nan & 0x7c00);
  return __builtin_convertvector(sign | (large & special) | (~large & finite), vh);
#endif
}

// Up to W elements of a float storage type as floats, and back. Whole vectors have a way of their own: a copy
// of a length that is not known is a call.
VMM_INLINE vf loadAny(const void* base, DType type, int64_t index, int64_t n) {
  if (type == DType::f32) return loadUpTo(static_cast<const float*>(base) + index, n);
  const uint16_t* p = static_cast<const uint16_t*>(base) + index;
  vh h{};
  if (n >= W)
    h = loadAs<vh>(p);
  else
    std::memcpy(&h, p, 2 * static_cast<size_t>(n));
  return type == DType::bf16 ? fromBf16(h) : fromF16(h);
}
VMM_INLINE void storeAny(void* base, DType type, int64_t index, vf v, int64_t n) {
  if (type == DType::f32) return storeUpTo(static_cast<float*>(base) + index, v, n);
  const vh h = type == DType::bf16 ? toBf16(v) : toF16(v);
  uint16_t* p = static_cast<uint16_t*>(base) + index;
  if (n >= W)
    storeAs(p, h);
  else
    std::memcpy(p, &h, 2 * static_cast<size_t>(n));
}

}  // namespace vmm::cpu::VMM_ISA
