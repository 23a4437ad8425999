#include "native/metal/faults.h"

namespace vmm::metal {
namespace {

std::string valueAt(const char* op, const char* name, const View& index, int64_t at) {
  return std::string(op) + ": " + name + "[" + std::to_string(at) + "] is " +
         std::to_string(index.i32()[at]) + "; expected ";
}

std::string offsetAt(const char* op, const View& offsets, int64_t rows, uint32_t at) {
  const std::string found = valueAt(op, "offsets", offsets, at);
  if (at == 0) return found + "0";
  return found + std::to_string(offsets.i32()[at - 1]) + " … " + std::to_string(rows);
}

}  // namespace

std::string badValue(const char* op, const char* name, const View& index, int64_t at, int64_t limit,
                     const char* to) {
  return valueAt(op, name, index, at) + "0" + to + std::to_string(limit - 1);
}

void badIndex(const char* op, const char* name, const View& index, int64_t limit, const char* to,
              Encoder& encoder) {
  encoder.onFault([=](uint32_t row) {
    const int64_t cols = index.rank == 1 ? 1 : index.cols();
    int64_t at = row * cols;
    while (at + 1 < (row + 1) * cols && index.i32()[at] >= 0 && index.i32()[at] < limit) ++at;
    return badValue(op, name, index, at, limit, to);
  });
}

void badExpert(const char* op, const View& expert, int64_t experts, const char* to, Encoder& encoder) {
  badIndex(op, "expert", expert, experts, to, encoder);
}

void badTarget(const char* op, const View& targets, int64_t classes, int32_t ignored, Encoder& encoder) {
  encoder.onFault([=](uint32_t at) {
    return valueAt(op, "targets", targets, at) + "0 to " + std::to_string(classes - 1) + " or " +
           std::to_string(ignored);
  });
}

void badPacked(const char* op, const View& offsets, int64_t rows, const View& expert, int64_t experts,
               uint32_t firstExpert, Encoder& encoder) {
  encoder.onFault([=](uint32_t at) {
    if (at < firstExpert) return offsetAt(op, offsets, rows, at);
    return badValue(op, "expert", expert, at - firstExpert, experts, " … ");
  });
}

void badSegments(const char* op, const View& offsets, int64_t rows, const View& index, uint32_t firstIndex,
                 Encoder& encoder) {
  encoder.onFault([=](uint32_t at) {
    if (at < firstIndex) return offsetAt(op, offsets, rows, at);
    return valueAt(op, "index", index, at - firstIndex) + "-1 … " + std::to_string(rows - 1);
  });
}

}  // namespace vmm::metal
