// Philox 4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011): four random words from a
// counter of four words and a key of two.
#pragma once
#include "native/cpu/kernel.h"

namespace vmm::cpu::VMM_ISA {

struct Philox {
  uint32_t word[4];
};

inline Philox philox(Philox counter, uint64_t key) {
  uint32_t low = static_cast<uint32_t>(key), high = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xd2511f53} * counter.word[0], b = uint64_t{0xcd9e8d57} * counter.word[2];
    counter = {{static_cast<uint32_t>(b >> 32) ^ counter.word[1] ^ low, static_cast<uint32_t>(b),
                static_cast<uint32_t>(a >> 32) ^ counter.word[3] ^ high, static_cast<uint32_t>(a)}};
    low += 0x9e3779b9;
    high += 0xbb67ae85;
  }
  return counter;
}

}  // namespace vmm::cpu::VMM_ISA
