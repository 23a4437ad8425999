// Writes programs as lib/graph does, for tests.
#pragma once
#include <cstring>
#include <string_view>
#include <vector>

#include "native/program/program.h"

namespace vmm::test {

using Bytes = std::vector<uint8_t>;

inline int opNumber(std::string_view name) {
  for (int i = 0; i < kOpCount; ++i)
    if (name == kOps[i].name) return i;
  return -1;
}

class ProgramWriter {
 public:
  uint32_t scalars = 0;

  uint32_t slot(SlotKind kind, uint64_t bytes) {
    put(slots_, static_cast<uint32_t>(kind));
    put(slots_, bytes);
    return slotCount_++;
  }
  uint32_t buffer(BufferKind kind, uint32_t index, uint64_t bytes) {
    put(buffers_, static_cast<uint32_t>(kind));
    put(buffers_, index);
    put(buffers_, bytes);
    return bufferCount_++;
  }
  // Row-major unless strides are given.
  int32_t tensor(uint32_t buffer, DType dtype, std::vector<int64_t> dims, std::vector<int64_t> strides = {},
                 int64_t byteOffset = 0, int32_t live = -1) {
    if (strides.empty()) {
      strides.resize(dims.size(), 1);
      for (size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
    }
    put(tensors_, buffer);
    put(tensors_, static_cast<uint16_t>(dtype));
    put(tensors_, static_cast<uint16_t>(dims.size()));
    put(tensors_, live);
    put(tensors_, byteOffset);
    for (const int64_t d : dims) put(tensors_, d);
    for (const int64_t s : strides) put(tensors_, s);
    return static_cast<int32_t>(tensorCount_++);
  }
  void node(const char* op, const std::vector<int32_t>& tensors, const std::vector<uint32_t>& runs = {},
            const std::vector<int32_t>& attrs = {}) {
    put(nodes_, static_cast<uint32_t>(opNumber(op)));
    for (const int32_t t : tensors) put(nodes_, t);
    for (const uint32_t r : runs) put(nodes_, r);
    for (const int32_t a : attrs) put(nodes_, a);
    ++nodeCount_;
  }
  void output(int32_t tensor) {
    put(outputs_, tensor);
    ++outputCount_;
  }
  void constants(const void* data, size_t bytes) {
    const auto* from = static_cast<const uint8_t*>(data);
    constants_.insert(constants_.end(), from, from + bytes);
  }

  Bytes bytes() const {
    Bytes all;
    for (const uint32_t n : {kProgramMagic, kOpTableHash, scalars, slotCount_, bufferCount_, tensorCount_,
                             nodeCount_, outputCount_, static_cast<uint32_t>(constants_.size())})
      put(all, n);
    for (const Bytes* part : {&slots_, &buffers_, &tensors_, &nodes_, &outputs_, &constants_})
      all.insert(all.end(), part->begin(), part->end());
    return all;
  }

 private:
  template <class T>
  static void put(Bytes& to, T value) {
    uint8_t raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    to.insert(to.end(), raw, raw + sizeof(T));
  }

  Bytes slots_, buffers_, tensors_, nodes_, outputs_, constants_;
  uint32_t slotCount_ = 0, bufferCount_ = 0, tensorCount_ = 0, nodeCount_ = 0, outputCount_ = 0;
};

}  // namespace vmm::test
