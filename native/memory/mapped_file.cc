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

std::shared_ptr<const MappedFile> refuse(std::string& error, const std::string& path, const char* why) {
  error = path + ": " + why;
  return nullptr;
}

}  // namespace

MappedFile::Descriptor::Descriptor(const std::string& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

MappedFile::Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

MappedFile::Pages::~Pages() { munmap(data, bytes); }

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path, std::string& error) {
  auto file = std::make_unique<Descriptor>(path);
  if (file->get() < 0) return refuse(error, path, std::strerror(errno));
  struct stat found {};
  if (fstat(file->get(), &found) != 0) return refuse(error, path, std::strerror(errno));
  if (!S_ISREG(found.st_mode)) return refuse(error, path, "not a regular file");
  if (found.st_size <= 0) return refuse(error, path, "the file is empty");
  const auto bytes = static_cast<size_t>(found.st_size);
  void* data = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file->get(), 0);
  if (data == MAP_FAILED) return refuse(error, path, std::strerror(errno));
  std::shared_ptr<const MappedFile> mapped(
      new MappedFile(path, std::move(file), static_cast<std::byte*>(data), bytes));
  if (!mapped->whole()) return refuse(error, path, "the file changed while it was opened");
  return mapped;
}

MappedFile::MappedFile(const std::string& path, std::unique_ptr<Descriptor> file, std::byte* data,
                       size_t bytes)
    : path_(path), file_(std::move(file)), pages_(data, bytes), guard_(data, bytes) {
  countBytes(Purpose::mapped, static_cast<int64_t>(bytes));
}

MappedFile::~MappedFile() {
  announceUnmapping(pages_.data);
  countBytes(Purpose::mapped, -static_cast<int64_t>(pages_.bytes));
}

bool MappedFile::whole() const {
  struct stat now {};
  return !guard_.faulted() && fstat(file_->get(), &now) == 0 &&
         static_cast<size_t>(now.st_size) >= pages_.bytes;
}

}  // namespace vmm
