// What a CPU kernel sees: views of memory, and a way to spread work over threads.
// Kernel files include nothing else from the standard library: they are compiled once per instruction set,
// and inline library code compiled for AVX-512 must never be the copy that the linker keeps.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace vmm {

enum class DType : uint16_t { f32 = 0, f16 = 1, bf16 = 2, i8 = 3, u8 = 4, i32 = 5 };
inline constexpr int kDTypes = 6;
inline constexpr int64_t kDTypeBytes[kDTypes] = {4, 2, 2, 1, 1, 4};
inline constexpr int64_t bytesOf(DType d) { return kDTypeBytes[static_cast<int>(d)]; }

inline constexpr int kMaxRank = 6;

// A tensor as a kernel sees it. Strides are in elements; a broadcast axis has stride 0. An optional tensor
// that was not given has data == nullptr. dim[0] is already the live count of this run.
struct View {
  void* data;
  DType dtype;
  int16_t rank;
  int32_t reserved;
  int64_t dim[kMaxRank];
  int64_t stride[kMaxRank];

  explicit operator bool() const { return data != nullptr; }
  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
  float* f32() const { return as<float>(); }
  int32_t* i32() const { return as<int32_t>(); }
  int64_t count() const {
    int64_t n = 1;
    for (int i = 0; i < rank; ++i) n *= dim[i];
    return n;
  }
  // Product of all axes but the last, and the last: how most kernels look at a contiguous tensor.
  int64_t rows() const {
    int64_t n = 1;
    for (int i = 0; i + 1 < rank; ++i) n *= dim[i];
    return n;
  }
  int64_t cols() const { return rank ? dim[rank - 1] : 1; }
};

// Handed to every kernel. Chunk boundaries depend on n and grain alone, never on the number of threads, so a
// kernel that sums within chunks gives the same bits on any machine width.
class Parallel {
 public:
  virtual int workers() const = 0;
  // One block per worker, 64-byte aligned, contents undefined, kept until the kernel returns. Asking again
  // returns the same block when it is large enough, else a larger one with undefined contents.
  virtual void* scratch(int worker, size_t bytes) = 0;
  // A block shared by all workers, 64-byte aligned, kept until the kernel returns; each call gives a new one.
  // Call it from the kernel itself, not from inside a chunk. Both return nullptr when memory ran out; the run
  // has failed then, and the kernel should return.
  virtual void* shared(size_t bytes) = 0;
  virtual bool cancelled() const = 0;
  // Ends the run with an error (bad index, say). The first message wins; the kernel should return soon.
  virtual void fail(const char* format, ...) __attribute__((format(printf, 2, 3))) = 0;

  // body(begin, end, worker) over [0, n) in chunks of `grain`. Chunks not yet begun are skipped on cancel.
  // Not from inside a chunk.
  template <class Body>
  void chunks(int64_t n, int64_t grain, Body&& body) {
    using B = std::remove_reference_t<Body>;
    forChunks(
        n, grain < 1 ? 1 : grain,
        [](void* context, int64_t begin, int64_t end, int worker) {
          (*static_cast<B*>(context))(begin, end, worker);
        },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 protected:
  using ChunkFn = void (*)(void* context, int64_t begin, int64_t end, int worker);
  virtual void forChunks(int64_t n, int64_t grain, ChunkFn fn, void* context) = 0;
  ~Parallel() = default;
};

}  // namespace vmm
