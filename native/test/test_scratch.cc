// The ring of scratch memory: pieces of an op lie apart, and it is as large as its ops need, not as what has
// run.
#include <algorithm>
#include <random>
#include <vector>

#include "native/metal/scratch.h"
#include "native/test/check.h"

using vmm::metal::Scratch;
using vmm::metal::ScratchPiece;

namespace {

struct Taken {
  const std::byte *begin, *end;
};

// Takes the pieces of one op; gives the bytes of the ring.
size_t takeOp(Scratch& scratch, const std::vector<size_t>& sizes) {
  std::vector<Taken> taken;
  size_t ring = 0;
  scratch.beginOp();
  for (const size_t bytes : sizes) {
    const ScratchPiece piece = scratch.take(bytes);
    CHECK(piece.data >= piece.base && piece.data + bytes <= piece.base + piece.baseBytes);
    CHECK(reinterpret_cast<uintptr_t>(piece.data) % vmm::kAlignment == 0);
    for (const Taken& before : taken) CHECK(piece.data + bytes <= before.begin || before.end <= piece.data);
    taken.push_back({piece.data, piece.data + bytes});
    ring = piece.baseBytes;
  }
  return ring;
}

}  // namespace

int main() {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    const size_t most = (size_t{1} << 14) << seed % 8;
    Scratch scratch;
    size_t ring = 0;
    for (int op = 0; op < 2000; ++op) {
      std::vector<size_t> sizes(1 + random() % 5);
      for (size_t& size : sizes) size = random() % (most + 1);
      ring = takeOp(scratch, sizes);
      if (op % 10 == 9) scratch.reset();
    }
    CHECK(ring <= std::max(size_t{1} << 20, 4 * 5 * most));
  }
  // After a period of small ops, the ring of a large one is gone; one of the same size stays.
  Scratch scratch;
  const size_t large = size_t{1} << 26, small = size_t{1} << 12;
  CHECK(takeOp(scratch, {large}) >= large);
  scratch.endPeriod();
  CHECK(takeOp(scratch, {large, small}) >= large);
  scratch.endPeriod();
  CHECK(takeOp(scratch, {small}) >= large);
  scratch.endPeriod();
  CHECK(takeOp(scratch, {small, small}) <= size_t{1} << 20);
  return 0;
}
