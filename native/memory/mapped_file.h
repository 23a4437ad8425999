// A file mapped read-only. Weights are used where they lie in it, without a copy.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

namespace vmm {

class MappedFile {
 public:
  // Null on failure; `error` then says why. The file must keep its size while it is mapped: reading a page
  // that was cut off afterwards ends the process with SIGBUS, as in any program that maps files.
  static std::shared_ptr<const MappedFile> open(const std::string& path, std::string& error);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  const std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  MappedFile(std::byte* data, size_t bytes);

  std::byte* data_;
  size_t bytes_;
};

}  // namespace vmm
