#include "native/metal_emulated/library.h"

#include <dlfcn.h>

#include <cstring>

namespace vmm::emulated {

std::unique_ptr<Library> Library::open(const std::string& path, const vmm_hooks* hooks,
                                       std::string& problem) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const void* symbol = handle ? dlsym(handle, "vmm_kernels") : nullptr;
  if (!symbol) {
    problem = dlerror();
    if (handle) dlclose(handle);
    return nullptr;
  }
  std::unique_ptr<Library> library(new Library(handle, static_cast<const vmm_library*>(symbol), path));
  *library->content_->hooks = hooks;
  return library;
}

Library::~Library() { dlclose(handle_); }

const vmm_kernel* Library::find(const char* name) const {
  for (const vmm_kernel* kernel = content_->kernels; kernel->name; ++kernel)
    if (std::strcmp(kernel->name, name) == 0) return kernel;
  return nullptr;
}

std::vector<std::string> Library::kernels() const {
  std::vector<std::string> names;
  for (const vmm_kernel* kernel = content_->kernels; kernel->name; ++kernel) names.emplace_back(kernel->name);
  return names;
}

bool Library::specialise(const std::vector<int32_t>& values) const {
  size_t count = 0;
  for (const vmm_constant* constant = content_->constants; constant->name; ++constant, ++count) {
    if (constant->index >= values.size()) return false;
    *constant->value = values[constant->index];
  }
  return count == values.size();
}

bool Library::contains(const void* address) const {
  Dl_info mine, other;
  return dladdr(content_, &mine) && dladdr(address, &other) && mine.dli_fbase == other.dli_fbase;
}

std::string Library::lineOf(const void* site) {
  Dl_info info;
  if (!dladdr(content_, &info)) return content_->source;
  if (!lines_) lines_.emplace(path_);
  const auto offset = static_cast<const char*>(site) - static_cast<const char*>(info.dli_fbase);
  const std::string line = lines_->at(static_cast<uint64_t>(offset) - 1);
  return line.empty() ? content_->source : line;
}

}  // namespace vmm::emulated
