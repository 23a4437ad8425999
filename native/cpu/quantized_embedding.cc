// quantized_embedding: y[r] = table[ids[r]] as f32.   quants i8 [vocab, d], scales f16 [vocab, d / 32]; ids
// [rows]. A number times its scale is exact. Reads 1.06 bytes and writes 4 for each number; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/packed.h"
#include "native/cpu/row_dots.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

constexpr int64_t kBlock = 32;

}  // namespace

void quantized_embedding(const op::QuantizedEmbedding& a, Parallel& p) {
  const int64_t vocab = a.quants.dim[0], d = a.quants.dim[1], blocks = d / kBlock;
  if (d % kBlock != 0 || a.scales.dim[1] != blocks)
    return p.fail("quantized_embedding: the scales are not those of %lld columns", static_cast<long long>(d));
  if (!checkIndices("quantized_embedding", "ids", a.ids, 0, vocab, p)) return;
  p.chunks(a.ids.dim[0], 1 + (1 << 15) / (d + 16), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t id = a.ids.i32()[row];
      const int8_t* quants = a.quants.as<int8_t>() + id * d;
      const uint16_t* scales = a.scales.as<uint16_t>() + id * blocks;
      float* y = a.y.f32() + row * d;
      for (int64_t block = 0; block < blocks; ++block) {
        const vf scale = splat(loadAny(scales, DType::f16, block, 1)[0]);
        for (int64_t i = block * kBlock; i < (block + 1) * kBlock; i += W)
          store(y + i, loadWide<DType::i8>(quants + i, W) * scale);
      }
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
