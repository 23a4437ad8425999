// A loaded library of kernels: one compiled .metal file.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "native/metal_emulated/abi.h"
#include "native/metal_emulated/lines.h"

namespace vmm::emulated {

class Library {
 public:
  // Null, with the reason in `problem`, when there is no such library.
  static std::unique_ptr<Library> open(const std::string& path, const vmm_hooks* hooks, std::string& problem);
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library();

  bool checked() const { return content_->checked; }
  const vmm_kernel* find(const char* name) const;
  std::vector<std::string> kernels() const;
  // Sets all function constants, by index; false when their number is another.
  bool specialise(const std::vector<int32_t>& values) const;

  bool contains(const void* address) const;
  // The line of the .metal file that made a call, by the address that it returns to.
  std::string lineOf(const void* site);

 private:
  Library(void* handle, const vmm_library* content, std::string path)
      : handle_(handle), content_(content), path_(std::move(path)) {}

  void* handle_;
  const vmm_library* content_;
  std::string path_;
  std::optional<Lines> lines_;  // read at the first problem
};

}  // namespace vmm::emulated
