// Address spaces, scalar types, limits and type traits of Metal.
#pragma once
#pragma OPENCL EXTENSION cl_khr_fp16 : enable

#define device __global
#define threadgroup __local
#define constant __constant
#define thread __private

// Library functions leave no lines of their own: what they do is reported at the line of the kernel that
// calls them.
#define VMM_MSL static inline __attribute__((always_inline, nodebug, unused))
#define VMM_MSL_CONVERGENT static inline __attribute__((always_inline, nodebug, unused, convergent))
#define VMM_MSL_METHOD inline __attribute__((always_inline, nodebug))

typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long uint64_t;
typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;

#undef INFINITY
#undef NAN
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define FLT_MAX 0x1.fffffep+127f
#define FLT_MIN 0x1p-126f
#define FLT_EPSILON 0x1p-23f
#define M_PI_F 3.14159265358979323846f
#define M_PI_2_F 1.57079632679489661923f
#define M_SQRT2_F 1.41421356237309504880f
#define M_SQRT1_2_F 0.70710678118654752440f
#define M_LN2_F 0.69314718055994530942f
#define M_LOG2E_F 1.44269504088896340736f
#define M_2_SQRTPI_F 1.12837916709551257390f

namespace metal {

template <bool C, class T = void>
struct enable_if {};
template <class T>
struct enable_if<true, T> {
  using type = T;
};
template <bool C, class T = void>
using enable_if_t = typename enable_if<C, T>::type;
template <class A, class B>
struct is_same {
  static constexpr constant bool value = false;
};
template <class A>
struct is_same<A, A> {
  static constexpr constant bool value = true;
};

}  // namespace metal

// A brain float. Only conversions to wider types happen by themselves, as in Metal.
struct bfloat {
  ushort bits;

  bfloat() = default;
  VMM_MSL_METHOD explicit bfloat(float x) {
    const uint u = __builtin_bit_cast(uint, x);
    const bool nan = (u & 0x7fffffff) > 0x7f800000;
    bits = (ushort)((nan ? u | 0x400000 : u + 0x7fff + (u >> 16 & 1)) >> 16);
  }
  VMM_MSL_METHOD explicit bfloat(half x) : bfloat((float)x) {}
  VMM_MSL_METHOD explicit bfloat(int x) : bfloat((float)x) {}
  VMM_MSL_METHOD explicit bfloat(uint x) : bfloat((float)x) {}
  VMM_MSL_METHOD operator float() const { return __builtin_bit_cast(float, (uint)bits << 16); }
};

namespace metal {

template <class T>
struct numeric_limits;
#define VMM_LIMITS(T, most, least, inf, nan)                      \
  template <>                                                     \
  struct numeric_limits<T> {                                      \
    VMM_MSL_METHOD static constexpr T max() { return most; }      \
    VMM_MSL_METHOD static constexpr T lowest() { return least; }  \
    VMM_MSL_METHOD static constexpr T infinity() { return inf; }  \
    VMM_MSL_METHOD static constexpr T quiet_NaN() { return nan; } \
  };
VMM_LIMITS(float, FLT_MAX, -FLT_MAX, INFINITY, NAN)
VMM_LIMITS(half, (half)65504.0f, (half)-65504.0f, (half)INFINITY, (half)NAN)
VMM_LIMITS(char, 127, -128, 0, 0)
VMM_LIMITS(uchar, 255, 0, 0, 0)
VMM_LIMITS(short, 32767, -32768, 0, 0)
VMM_LIMITS(ushort, 65535, 0, 0, 0)
VMM_LIMITS(int, 2147483647, -2147483647 - 1, 0, 0)
VMM_LIMITS(uint, 4294967295u, 0, 0, 0)
VMM_LIMITS(long, 9223372036854775807l, -9223372036854775807l - 1, 0, 0)
VMM_LIMITS(ulong, 18446744073709551615ul, 0, 0, 0)
#undef VMM_LIMITS

template <class To, class From>
VMM_MSL To as_type(From value) {
  static_assert(sizeof(To) == sizeof(From), "as_type needs types of one size");
  return __builtin_bit_cast(To, value);
}

}  // namespace metal
using metal::as_type;
