// Copies between strided memory of any type.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/strided.h"

namespace vmm::cpu::VMM_ISA {

template <class T>
void copyElements(char* to, int64_t toStep, const char* from, int64_t fromStep, int64_t n) {
  T* t = reinterpret_cast<T*>(to);
  const T* f = reinterpret_cast<const T*>(from);
  if (toStep == 1 && fromStep == 1)
    std::memcpy(t, f, static_cast<size_t>(n) * sizeof(T));
  else
    for (int64_t i = 0; i < n; ++i) t[i * toStep] = f[i * fromStep];
}

// Both views have the same shape and type.
inline void copyStrided(const View& to, const View& from, Parallel& p) {
  const int64_t bytes = bytesOf(from.dtype);
  const auto copy = bytes == 4 ? copyElements<uint32_t> : bytes == 2 ? copyElements<uint16_t> : copyElements<uint8_t>;
  const Walk<2> walk(from, {&to, &from});
  forPieces(walk, p, 65536, [&](int64_t row, int64_t begin, int64_t end) {
    char* t = to.as<char>() + (walk.at(0, row) + begin * walk.step(0)) * bytes;
    const char* f = from.as<char>() + (walk.at(1, row) + begin * walk.step(1)) * bytes;
    copy(t, walk.step(0), f, walk.step(1), end - begin);
  });
}

}  // namespace vmm::cpu::VMM_ISA
