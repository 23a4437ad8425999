// Sums of products of narrow numbers, what bf16 and int8 kernels are made of: a vector of numbers is as wide
// as a vector of floats, and lane i of a sum takes the products of the 2 bf16 or 4 bytes in its place. Bytes
// give the same sums on every set: by VPDPBUSD, VPMADDUBSW, SDOT, or products widened to 16 bits.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

typedef uint16_t vbf16 __attribute__((vector_size(4 * VMM_WIDTH)));
typedef int8_t vi8 __attribute__((vector_size(4 * VMM_WIDTH)));
typedef uint8_t vu8 __attribute__((vector_size(4 * VMM_WIDTH)));

typedef int8_t vb __attribute__((vector_size(VMM_WIDTH)));

// The low byte of each number.
VMM_INLINE vb lowBytes(vi v) {
#if VMM_ISA_AVX512
  return bitCast<vb>(_mm512_maskz_cvtepi32_epi8(kAllLanes, bitCast<__m512i>(v)));
#elif VMM_ISA_AVX2
  const __m256i places = _mm256_broadcastsi128_si256(_mm_set_epi32(-1, -1, -1, 0x0c080400));
  const __m256i bytes = _mm256_shuffle_epi8(bitCast<__m256i>(v), places);
  const __m128i both = _mm_unpacklo_epi32(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
  return loadAs<vb>(reinterpret_cast<const int8_t*>(&both));
#else
  return __builtin_convertvector(v, vb);
#endif
}

// Whether dotBf16 is one instruction.
#define VMM_HAS_BF16_DOT ((VMM_ISA_AVX512 && VMM_HAS_AVX512BF16) || (VMM_ISA_NEON && VMM_HAS_BF16))

// sum[i] + a[2i] b[2i] + a[2i+1] b[2i+1]. How often it rounds, and that the instructions take subnormal
// numbers for zero, is up to the set: at most 2^-22 of |sum| and the two |products| together, as long as
// those are normal.
VMM_INLINE vf dotBf16(vf sum, vbf16 a, vbf16 b) {
#if VMM_ISA_NEON && VMM_HAS_BF16
  return bitCast<vf>(
      vbfdotq_f32(bitCast<float32x4_t>(sum), bitCast<bfloat16x8_t>(a), bitCast<bfloat16x8_t>(b)));
#elif VMM_ISA_AVX512 && VMM_HAS_AVX512BF16
  return bitCast<vf>(_mm512_dpbf16_ps(bitCast<__m512>(sum), bitCast<__m512bh>(a), bitCast<__m512bh>(b)));
#else
  const vu x = bitCast<vu>(a), y = bitCast<vu>(b);
  const vf even = fma(bitCast<vf>(x << 16), bitCast<vf>(y << 16), sum);
  return fma(bitCast<vf>(x & 0xffff0000), bitCast<vf>(y & 0xffff0000), even);
#endif
}

// Whether dotU8I8 is there.
#define VMM_HAS_U8I8_DOT (VMM_ISA_AVX512 && VMM_HAS_AVX512VNNI)

VMM_INLINE vi addWrapped(vi a, vi b) { return bitCast<vi>(bitCast<vu>(a) + bitCast<vu>(b)); }

// sum[i] + a[4i] b[4i] + … + a[4i+3] b[4i+3], modulo 2^32, where no b is -128.
VMM_INLINE vi dotI8(vi sum, vi8 a, vi8 b);
// The same for a of 0 … 127, in fewer steps.
VMM_INLINE vi dotU7I8(vi sum, vu8 a, vi8 b);

#if VMM_HAS_U8I8_DOT
// The same for a of 0 … 255, in one.
VMM_INLINE vi dotU8I8(vi sum, vu8 a, vi8 b) {
  return bitCast<vi>(_mm512_dpbusd_epi32(bitCast<__m512i>(sum), bitCast<__m512i>(a), bitCast<__m512i>(b)));
}
#endif

#if VMM_ISA_AVX512 || VMM_ISA_AVX2
VMM_INLINE vi dotU7I8(vi sum, vu8 a, vi8 b) {
#if VMM_HAS_U8I8_DOT
  return dotU8I8(sum, a, b);
#elif VMM_ISA_AVX512
  const __m512i pairs = _mm512_maddubs_epi16(bitCast<__m512i>(a), bitCast<__m512i>(b));
  return addWrapped(sum, bitCast<vi>(_mm512_madd_epi16(pairs, _mm512_set1_epi16(1))));
#else
  const __m256i pairs = _mm256_maddubs_epi16(bitCast<__m256i>(a), bitCast<__m256i>(b));
  return addWrapped(sum, bitCast<vi>(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1))));
#endif
}
// a's sign goes to b: 2 * 128 * 127 is the most that a pair comes to, which fits 16 bits.
VMM_INLINE vi dotI8(vi sum, vi8 a, vi8 b) {
#if VMM_ISA_AVX512
  const __m512i left = bitCast<__m512i>(a), right = bitCast<__m512i>(b), zero = _mm512_setzero_si512();
  const __m512i turned = _mm512_mask_sub_epi8(right, _mm512_movepi8_mask(left), zero, right);
  return dotU7I8(sum, bitCast<vu8>(_mm512_abs_epi8(left)), bitCast<vi8>(turned));
#else
  const __m256i left = bitCast<__m256i>(a), right = bitCast<__m256i>(b);
  return dotU7I8(sum, bitCast<vu8>(_mm256_abs_epi8(left)), bitCast<vi8>(_mm256_sign_epi8(right, left)));
#endif
}
#else
VMM_INLINE vi dotI8(vi sum, vi8 a, vi8 b) {
#if VMM_ISA_NEON && VMM_HAS_DOTPROD
  return bitCast<vi>(vdotq_s32(bitCast<int32x4_t>(sum), bitCast<int8x16_t>(a), bitCast<int8x16_t>(b)));
#elif VMM_ISA_NEON
  const int8x16_t x = bitCast<int8x16_t>(a), y = bitCast<int8x16_t>(b);
  const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(x), vget_low_s8(y)));
  return addWrapped(sum, bitCast<vi>(vpaddq_s32(low, vpaddlq_s16(vmull_high_s8(x, y)))));
#elif VMM_ISA_BASELINE
  // The bytes at odd places, and those at even ones, as numbers of 16 bits.
  const __m128i x = bitCast<__m128i>(a), y = bitCast<__m128i>(b);
  const __m128i odd = _mm_madd_epi16(_mm_srai_epi16(x, 8), _mm_srai_epi16(y, 8));
  const __m128i x0 = _mm_srai_epi16(_mm_slli_epi16(x, 8), 8), y0 = _mm_srai_epi16(_mm_slli_epi16(y, 8), 8);
  return addWrapped(sum, bitCast<vi>(_mm_add_epi32(odd, _mm_madd_epi16(x0, y0))));
#else
  const vu x = bitCast<vu>(a), y = bitCast<vu>(b);
  vu total = bitCast<vu>(sum);
  for (int shift = 0; shift < 32; shift += 8)
    total += bitCast<vu>((bitCast<vi>(x << (24 - shift)) >> 24) * (bitCast<vi>(y << (24 - shift)) >> 24));
  return bitCast<vi>(total);
#endif
}
VMM_INLINE vi dotU7I8(vi sum, vu8 a, vi8 b) { return dotI8(sum, bitCast<vi8>(a), b); }
#endif

}  // namespace vmm::cpu::VMM_ISA
