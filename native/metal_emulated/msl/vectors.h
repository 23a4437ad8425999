// Vectors of two to four elements, with swizzles.
#pragma once
#include "native/metal_emulated/msl/scalars.h"

namespace metal {

template <class T, int N>
struct vec;

template <class T, class = void>
struct is_whole {
  static constexpr constant bool value = true;
};
template <>
struct is_whole<float> {
  static constexpr constant bool value = false;
};
template <>
struct is_whole<half> {
  static constexpr constant bool value = false;
};
template <>
struct is_whole<bfloat> {
  static constexpr constant bool value = false;
};

// A swizzle is a property: reading calls get, assigning calls put, which refuses an element that is named
// twice.
#define VMM_SWIZZLE2(a, b)                                                \
  VMM_MSL_METHOD vec<T, 2> get_##a##b() const { return vec<T, 2>(a, b); } \
  VMM_MSL_METHOD void put_##a##b(vec<T, 2> v) {                           \
    static_assert(&vec::a != &vec::b, "an element is assigned twice");    \
    a = v.x;                                                              \
    b = v.y;                                                              \
  }                                                                       \
  __declspec(property(get = get_##a##b, put = put_##a##b)) vec<T, 2> a##b;
#define VMM_SWIZZLE3(a, b, c)                                                     \
  VMM_MSL_METHOD vec<T, 3> get_##a##b##c() const { return vec<T, 3>(a, b, c); }   \
  VMM_MSL_METHOD void put_##a##b##c(vec<T, 3> v) {                                \
    static_assert(&vec::a != &vec::b && &vec::a != &vec::c && &vec::b != &vec::c, \
                  "an element is assigned twice");                                \
    a = v.x;                                                                      \
    b = v.y;                                                                      \
    c = v.z;                                                                      \
  }                                                                               \
  __declspec(property(get = get_##a##b##c, put = put_##a##b##c)) vec<T, 3> a##b##c;
#define VMM_SWIZZLE4(a, b, c, d)                                                      \
  VMM_MSL_METHOD vec<T, 4> get_##a##b##c##d() const { return vec<T, 4>(a, b, c, d); } \
  __declspec(property(get = get_##a##b##c##d)) vec<T, 4> a##b##c##d;

#define VMM_OF_XY(M, ...) M(__VA_ARGS__, x) M(__VA_ARGS__, y)
#define VMM_OF_XYZ(M, ...)  \
  VMM_OF_XY(M, __VA_ARGS__) \
  M(__VA_ARGS__, z)
#define VMM_OF_XYZW(M, ...)  \
  VMM_OF_XYZ(M, __VA_ARGS__) \
  M(__VA_ARGS__, w)

#define VMM_PAIR(a, b) VMM_SWIZZLE2(a, b)
#define VMM_TRIPLE_XY(a, b) VMM_SWIZZLE3(a, b, x) VMM_SWIZZLE3(a, b, y)
#define VMM_TRIPLE_XYZ(a, b) VMM_TRIPLE_XY(a, b) VMM_SWIZZLE3(a, b, z)
#define VMM_TRIPLE_XYZW(a, b) VMM_TRIPLE_XYZ(a, b) VMM_SWIZZLE3(a, b, w)
#define VMM_QUADRUPLE(a, b) \
  VMM_SWIZZLE4(a, b, x, x)  \
  VMM_SWIZZLE4(a, b, x, y)  \
  VMM_SWIZZLE4(a, b, x, z)  \
  VMM_SWIZZLE4(a, b, x, w)  \
  VMM_SWIZZLE4(a, b, y, x)  \
  VMM_SWIZZLE4(a, b, y, y)  \
  VMM_SWIZZLE4(a, b, y, z)  \
  VMM_SWIZZLE4(a, b, y, w)  \
  VMM_SWIZZLE4(a, b, z, x)  \
  VMM_SWIZZLE4(a, b, z, y)  \
  VMM_SWIZZLE4(a, b, z, z)  \
  VMM_SWIZZLE4(a, b, z, w)  \
  VMM_SWIZZLE4(a, b, w, x)  \
  VMM_SWIZZLE4(a, b, w, y)  \
  VMM_SWIZZLE4(a, b, w, z)  \
  VMM_SWIZZLE4(a, b, w, w)

#define VMM_PER_ELEMENT(i) for (int i = 0; i < size; ++i)
#define VMM_VECTOR_ARITHMETIC(op)                           \
  VMM_MSL_METHOD friend vec operator op(vec a, vec b) {     \
    VMM_PER_ELEMENT (i) a[i] = (T)(a[i] op b[i]);           \
    return a;                                               \
  }                                                         \
  VMM_MSL_METHOD thread vec& operator op##=(vec b) thread { \
    *this = *this op b;                                     \
    return *this;                                           \
  }
#define VMM_VECTOR_BITS(op)                                       \
  template <class U = T, class = enable_if_t<is_whole<U>::value>> \
  VMM_MSL_METHOD friend vec operator op(vec a, vec<U, size> b) {  \
    VMM_PER_ELEMENT (i) a[i] = (T)(a[i] op b[i]);                 \
    return a;                                                     \
  }
#define VMM_VECTOR_COMPARISON(op)                                   \
  VMM_MSL_METHOD friend vec<bool, size> operator op(vec a, vec b) { \
    vec<bool, size> r;                                              \
    VMM_PER_ELEMENT (i) r[i] = a[i] op b[i];                        \
    return r;                                                       \
  }
#define VMM_VECTOR_MEMBERS                                            \
  vec() = default;                                                    \
  template <class U>                                                  \
  VMM_MSL_METHOD explicit vec(vec<U, size> v) {                       \
    VMM_PER_ELEMENT (i) (*this)[i] = (T)v[i];                         \
  }                                                                   \
  VMM_MSL_METHOD vec(const constant vec& v) {                         \
    VMM_PER_ELEMENT (i) (*this)[i] = (&v.x)[i];                       \
  }                                                                   \
  vec(const vec&) = default;                                          \
  vec& operator=(const vec&) = default;                               \
  VMM_MSL_METHOD T& operator[](int i) { return (&x)[i]; }             \
  VMM_MSL_METHOD const T& operator[](int i) const { return (&x)[i]; } \
  VMM_VECTOR_ARITHMETIC(+)                                            \
  VMM_VECTOR_ARITHMETIC(-)                                            \
  VMM_VECTOR_ARITHMETIC(*)                                            \
  VMM_VECTOR_ARITHMETIC(/)                                            \
  VMM_VECTOR_COMPARISON(<)                                            \
  VMM_VECTOR_COMPARISON(<=)                                           \
  VMM_VECTOR_COMPARISON(>)                                            \
  VMM_VECTOR_COMPARISON(>=)                                           \
  VMM_VECTOR_COMPARISON(==)                                           \
  VMM_VECTOR_COMPARISON(!=)                                           \
  VMM_VECTOR_BITS(&)                                                  \
  VMM_VECTOR_BITS(|)                                                  \
  VMM_VECTOR_BITS(^)                                                  \
  VMM_VECTOR_BITS(%)                                                  \
  VMM_VECTOR_BITS(<<)                                                 \
  VMM_VECTOR_BITS(>>)                                                 \
  VMM_MSL_METHOD vec operator-() const {                              \
    vec r;                                                            \
    VMM_PER_ELEMENT (i) r[i] = (T) - (*this)[i];                      \
    return r;                                                         \
  }

template <class T>
struct alignas(2 * sizeof(T)) vec<T, 2> {
  static constexpr constant int size = 2;
  T x, y;
  VMM_MSL_METHOD vec(T s) : x(s), y(s) {}
  VMM_MSL_METHOD vec(T a, T b) : x(a), y(b) {}
  VMM_VECTOR_MEMBERS
  VMM_OF_XY(VMM_PAIR, x)
  VMM_OF_XY(VMM_PAIR, y)
};

template <class T>
struct alignas(4 * sizeof(T)) vec<T, 3> {
  static constexpr constant int size = 3;
  T x, y, z;
  VMM_MSL_METHOD vec(T s) : x(s), y(s), z(s) {}
  VMM_MSL_METHOD vec(T a, T b, T c) : x(a), y(b), z(c) {}
  VMM_MSL_METHOD vec(vec<T, 2> a, T b) : x(a.x), y(a.y), z(b) {}
  VMM_MSL_METHOD vec(T a, vec<T, 2> b) : x(a), y(b.x), z(b.y) {}
  VMM_VECTOR_MEMBERS
  VMM_OF_XYZ(VMM_PAIR, x)
  VMM_OF_XYZ(VMM_PAIR, y)
  VMM_OF_XYZ(VMM_PAIR, z)
  VMM_OF_XYZ(VMM_TRIPLE_XYZ, x)
  VMM_OF_XYZ(VMM_TRIPLE_XYZ, y)
  VMM_OF_XYZ(VMM_TRIPLE_XYZ, z)
};

template <class T>
struct alignas(4 * sizeof(T)) vec<T, 4> {
  static constexpr constant int size = 4;
  T x, y, z, w;
  VMM_MSL_METHOD vec(T s) : x(s), y(s), z(s), w(s) {}
  VMM_MSL_METHOD vec(T a, T b, T c, T d) : x(a), y(b), z(c), w(d) {}
  VMM_MSL_METHOD vec(vec<T, 2> a, T b, T c) : x(a.x), y(a.y), z(b), w(c) {}
  VMM_MSL_METHOD vec(vec<T, 2> a, vec<T, 2> b) : x(a.x), y(a.y), z(b.x), w(b.y) {}
  VMM_MSL_METHOD vec(vec<T, 3> a, T b) : x(a.x), y(a.y), z(a.z), w(b) {}
  VMM_MSL_METHOD vec(T a, vec<T, 3> b) : x(a), y(b.x), z(b.y), w(b.z) {}
  VMM_VECTOR_MEMBERS
  VMM_OF_XYZW(VMM_PAIR, x)
  VMM_OF_XYZW(VMM_PAIR, y)
  VMM_OF_XYZW(VMM_PAIR, z)
  VMM_OF_XYZW(VMM_PAIR, w)
  VMM_OF_XYZW(VMM_TRIPLE_XYZW, x)
  VMM_OF_XYZW(VMM_TRIPLE_XYZW, y)
  VMM_OF_XYZW(VMM_TRIPLE_XYZW, z)
  VMM_OF_XYZW(VMM_TRIPLE_XYZW, w)
  VMM_OF_XYZW(VMM_QUADRUPLE, x)
  VMM_OF_XYZW(VMM_QUADRUPLE, y)
  VMM_OF_XYZW(VMM_QUADRUPLE, z)
  VMM_OF_XYZW(VMM_QUADRUPLE, w)
};

// Elements without the alignment of a vector.
template <class T, int N>
struct packed_vec {
  T element[N];
  packed_vec() = default;
  VMM_MSL_METHOD packed_vec(vec<T, N> v) {
    for (int i = 0; i < N; ++i) element[i] = v[i];
  }
  VMM_MSL_METHOD operator vec<T, N>() const {
    vec<T, N> v;
    for (int i = 0; i < N; ++i) v[i] = element[i];
    return v;
  }
  VMM_MSL_METHOD T& operator[](int i) { return element[i]; }
  VMM_MSL_METHOD const T& operator[](int i) const { return element[i]; }
};

#define VMM_VECTORS(T)                    \
  using T##2 = vec<T, 2>;                 \
  using T##3 = vec<T, 3>;                 \
  using T##4 = vec<T, 4>;                 \
  using packed_##T##2 = packed_vec<T, 2>; \
  using packed_##T##3 = packed_vec<T, 3>; \
  using packed_##T##4 = packed_vec<T, 4>;
VMM_VECTORS(bool)
VMM_VECTORS(char)
VMM_VECTORS(uchar)
VMM_VECTORS(short)
VMM_VECTORS(ushort)
VMM_VECTORS(int)
VMM_VECTORS(uint)
VMM_VECTORS(long)
VMM_VECTORS(ulong)
VMM_VECTORS(half)
VMM_VECTORS(bfloat)
VMM_VECTORS(float)
#undef VMM_VECTORS

template <int N>
VMM_MSL bool any(vec<bool, N> v) {
  bool r = false;
  for (int i = 0; i < N; ++i) r |= v[i];
  return r;
}
template <int N>
VMM_MSL bool all(vec<bool, N> v) {
  bool r = true;
  for (int i = 0; i < N; ++i) r &= v[i];
  return r;
}
template <class T, int N>
VMM_MSL vec<T, N> select(vec<T, N> a, vec<T, N> b, vec<bool, N> c) {
  for (int i = 0; i < N; ++i) a[i] = c[i] ? b[i] : a[i];
  return a;
}
template <class T, int N>
VMM_MSL T dot(vec<T, N> a, vec<T, N> b) {
  T sum = a[0] * b[0];
  for (int i = 1; i < N; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace metal
