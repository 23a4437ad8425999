// Sums of products of narrow numbers, what bf16 and int8 kernels are made of: a vector of numbers is as wide
// as a vector of floats, and lane i of a sum takes the products of the 2 bf16 or 4 bytes in its place. On
// arm64 these are BFDOT, SDOT and USDOT where the set has them; elsewhere the same sums from plain vectors.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

typedef uint16_t vbf16 __attribute__((vector_size(4 * VMM_WIDTH)));
typedef int8_t vi8 __attribute__((vector_size(4 * VMM_WIDTH)));
typedef uint8_t vu8 __attribute__((vector_size(4 * VMM_WIDTH)));

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

// sum[i] + a[4i] b[4i] + … + a[4i+3] b[4i+3], modulo 2^32.
VMM_INLINE vi dotI8(vi sum, vi8 a, vi8 b) {
#if VMM_ISA_NEON && VMM_HAS_DOTPROD
  return bitCast<vi>(vdotq_s32(bitCast<int32x4_t>(sum), bitCast<int8x16_t>(a), bitCast<int8x16_t>(b)));
#else
  const vu x = bitCast<vu>(a), y = bitCast<vu>(b);
  vu total = bitCast<vu>(sum);
  for (int shift = 0; shift < 32; shift += 8)
    total += bitCast<vu>((bitCast<vi>(x << (24 - shift)) >> 24) * (bitCast<vi>(y << (24 - shift)) >> 24));
  return bitCast<vi>(total);
#endif
}

// dotI8 with a of 0 … 255.
VMM_INLINE vi dotU8I8(vi sum, vu8 a, vi8 b) {
#if VMM_ISA_NEON && VMM_HAS_I8MM
  return bitCast<vi>(vusdotq_s32(bitCast<int32x4_t>(sum), bitCast<uint8x16_t>(a), bitCast<int8x16_t>(b)));
#else
  const vu x = bitCast<vu>(a), y = bitCast<vu>(b);
  vu total = bitCast<vu>(sum);
  for (int shift = 0; shift < 32; shift += 8)
    total += bitCast<vu>(bitCast<vi>(x >> shift & 0xff) * (bitCast<vi>(y << (24 - shift)) >> 24));
  return bitCast<vi>(total);
#endif
}

}  // namespace vmm::cpu::VMM_ISA
