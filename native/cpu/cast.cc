// cast: y = x in another type.   x: any type and strides; y: row-major.
// Floats round to nearest even; to integers they lose their fraction and saturate, NaN gives 0; integers saturate,
// and reach floats by way of f32. Bound by memory.
#include "native/cpu/elementwise.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

constexpr int64_t kBlock = 512;

bool isFloat(DType d) { return d == DType::f32 || d == DType::f16 || d == DType::bf16; }

template <class T>
void gather(T* to, const void* base, int64_t at, int64_t step, int64_t n) {
  const T* from = static_cast<const T*>(base) + at;
  for (int64_t i = 0; i < n; ++i) to[i] = from[i * step];
}

template <class T>
void gatherInts(int32_t* to, const void* base, int64_t at, int64_t step, int64_t n) {
  const T* from = static_cast<const T*>(base) + at;
  for (int64_t i = 0; i < n; ++i) to[i] = from[i * step];
}

void readFloats(float* to, const View& x, int64_t at, int64_t step, int64_t n) {
  if (x.dtype == DType::f32) return gather(to, x.data, at, step, n);
  alignas(64) uint16_t bits[kBlock];
  gather(bits, x.data, at, step, n);
  for (int64_t i = 0; i < n; i += W) storeUpTo(to + i, loadAny(bits, x.dtype, i, n - i), n - i);
}

void readInts(int32_t* to, const View& x, int64_t at, int64_t step, int64_t n) {
  if (x.dtype == DType::i8) return gatherInts<int8_t>(to, x.data, at, step, n);
  if (x.dtype == DType::u8) return gatherInts<uint8_t>(to, x.data, at, step, n);
  gatherInts<int32_t>(to, x.data, at, step, n);
}

template <class T>
void writeInts(const View& y, int64_t at, const int32_t* from, int64_t n, int32_t low, int32_t high) {
  T* to = y.as<T>() + at;
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(from[i] < low ? low : from[i] > high ? high : from[i]);
}

void truncate(int32_t* to, const float* from, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float x = from[i];
    to[i] = x >= 0x1p31f ? INT32_MAX : x > -0x1p31f ? static_cast<int32_t>(x) : x == x ? INT32_MIN : 0;
  }
}

void convert(const View& x, const View& y, int64_t from, int64_t step, int64_t to, int64_t n) {
  alignas(64) float f[kBlock];
  alignas(64) int32_t i[kBlock];
  if (isFloat(x.dtype)) {
    readFloats(f, x, from, step, n);
    if (!isFloat(y.dtype)) truncate(i, f, n);
  } else {
    readInts(i, x, from, step, n);
    if (isFloat(y.dtype))
      for (int64_t k = 0; k < n; ++k) f[k] = static_cast<float>(i[k]);
  }
  if (y.dtype == DType::i8) return writeInts<int8_t>(y, to, i, n, -128, 127);
  if (y.dtype == DType::u8) return writeInts<uint8_t>(y, to, i, n, 0, 255);
  if (y.dtype == DType::i32) return writeInts<int32_t>(y, to, i, n, INT32_MIN, INT32_MAX);
  for (int64_t k = 0; k < n; k += W) storeAny(y.data, y.dtype, to + k, loadUpTo(f + k, n - k), n - k);
}

}  // namespace

void cast(const op::Cast& a, Parallel& p) {
  const Walk<1> walk(a.y, {&a.x});
  forPieces(walk, p, 32768, [&](int64_t row, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += kBlock) {
      const int64_t n = end - i < kBlock ? end - i : kBlock;
      convert(a.x, a.y, walk.at(0, row) + i * walk.step(0), walk.step(0), row * walk.cols() + i, n);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
