#include "native/memory/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "native/memory/region.h"

namespace vmm {
namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::shared_ptr<const MappedFile> refuse(std::string& error, const std::string& path, const char* why) {
  error = path + ": " + why;
  return nullptr;
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path, std::string& error) {
  const Descriptor file(path);
  if (file.get() < 0) return refuse(error, path, std::strerror(errno));
  struct stat before {
  }, after{};
  if (fstat(file.get(), &before) != 0) return refuse(error, path, std::strerror(errno));
  if (!S_ISREG(before.st_mode)) return refuse(error, path, "not a regular file");
  if (before.st_size <= 0) return refuse(error, path, "the file is empty");
  const size_t bytes = static_cast<size_t>(before.st_size);
  void* data = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), 0);
  if (data == MAP_FAILED) return refuse(error, path, std::strerror(errno));
  std::shared_ptr<const MappedFile> mapped(new MappedFile(static_cast<std::byte*>(data), bytes));
  if (fstat(file.get(), &after) != 0 || after.st_size != before.st_size)
    return refuse(error, path, "the file changed while it was opened");
  return mapped;
}

MappedFile::MappedFile(std::byte* data, size_t bytes) : data_(data), bytes_(bytes) {
  countBytes(Purpose::mapped, static_cast<int64_t>(bytes));
}

MappedFile::~MappedFile() {
  announceUnmapping(data_);
  munmap(data_, bytes_);
  countBytes(Purpose::mapped, -static_cast<int64_t>(bytes_));
}

}  // namespace vmm
