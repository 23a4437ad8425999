// A file mapped read-only. Weights are used where they lie in it, without a copy.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "native/memory/guarded_range.h"

namespace vmm {

class MappedFile {
 public:
  // Null on failure; `error` then says why.
  static std::shared_ptr<const MappedFile> open(const std::string& path, std::string& error);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  const std::byte* data() const { return pages_.data; }
  size_t bytes() const { return pages_.bytes; }
  const std::string& path() const { return path_; }
  // Whether the file still has all of its bytes. Those that it lost while it was mapped are read as zeros:
  // what was computed from it counts only when this holds afterwards.
  bool whole() const;

 private:
  class Descriptor {
   public:
    explicit Descriptor(const std::string& path);
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();
    int get() const { return fd_; }

   private:
    int fd_;
  };
  struct Pages {
    std::byte* data;
    size_t bytes;
    Pages(std::byte* at, size_t size) : data(at), bytes(size) {}
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    ~Pages();
  };

  MappedFile(const std::string& path, std::unique_ptr<Descriptor> file, std::byte* data, size_t bytes);

  std::string path_;
  std::unique_ptr<Descriptor> file_;
  Pages pages_;
  GuardedRange guard_;
};

}  // namespace vmm
