#include "native/metal/pipelines.h"

namespace vmm::metal {

const Pipeline* Pipelines::of(const char* op, const Dispatch& dispatch, std::string& problem) {
  std::string key = op;
  key.append("/").append(dispatch.kernel);
  for (const int32_t value : dispatch.constants) key.append(",").append(std::to_string(value));
  std::unique_ptr<Pipeline>& made = made_[key];
  if (made) return made.get();
  std::string words;
  made = framework_.pipeline(op, dispatch.kernel, dispatch.constants, words);
  if (!made) problem = "kernel " + key + ": " + words;
  return made.get();
}

}  // namespace vmm::metal
