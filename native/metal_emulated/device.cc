#include "native/metal_emulated/device.h"

#include <cstring>

#include "native/metal_emulated/tracked.h"

namespace vmm::emulated {

Library* Device::library(const std::string& path, std::string& problem) {
  auto& library = libraries_[path];
  if (!library) library = Library::open(path, Threadgroup::hooks(), problem);
  return library.get();
}

Library* Device::libraryOf(const char* op, std::string& problem) {
  return library(options.libraries + "/" + op + ".so", problem);
}

void Device::dispatch(Library& library, const metal::Dispatch& dispatch, std::span<HostBuffer> buffers) {
  Execution execution{stacks_, Random(options.seed)};
  std::vector<std::unique_ptr<Tracked>> copies;
  Bindings bindings;
  for (const HostBuffer& buffer : buffers) {
    auto& copy = copies.emplace_back(std::make_unique<Tracked>(
        buffer.bytes.size(), "buffer " + std::to_string(buffer.index), library.checked()));
    if (buffer.initialised) copy->fill(buffer.bytes.data());
    copy->bind(bindings, buffer.index, true);
  }
  emulated::execute(library, dispatch, bindings, execution);
  for (size_t i = 0; i < copies.size(); ++i) {
    std::memcpy(buffers[i].bytes.data(), copies[i]->data(), buffers[i].bytes.size());
    copies[i]->checkMargins(execution.problems);
  }
  keep(execution);
}

void Device::keep(const Execution& execution) {
  const std::vector<std::string>& found = execution.problems.messages();
  problems.insert(problems.end(), found.begin(), found.end());
  dispatches.insert(dispatches.end(), execution.counters.begin(), execution.counters.end());
}

Device& device() {
  // Never destroyed: a thread may still use it while the process exits.
  static Device& only = *new Device;
  return only;
}

}  // namespace vmm::emulated
