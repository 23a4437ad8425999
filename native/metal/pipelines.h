// Kernels compiled for this device, each once for its function constants.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "native/metal/framework.h"

namespace vmm::metal {

class Pipelines {
 public:
  explicit Pipelines(Framework& framework) : framework_(framework) {}

  // Null, with kernel and compiler's words in `problem`, when it does not compile.
  const Pipeline* of(const char* op, const Dispatch& dispatch, std::string& problem);

 private:
  Framework& framework_;
  std::map<std::string, std::unique_ptr<Pipeline>> made_;
};

}  // namespace vmm::metal
