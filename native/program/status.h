// How native code reports what went wrong: a code, a message, and the node of the program where it did.
#pragma once
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string>

namespace vmm {

enum class Code : uint8_t {
  ok,
  badProgram,
  badArgument,
  kernel,
  cancelled,
  disposed,
  outOfMemory,
  device,
  badFile
};

struct [[nodiscard]] Status {
  Code code = Code::ok;
  int32_t node = -1;
  std::string message;

  bool ok() const { return code == Code::ok; }
};

__attribute__((format(printf, 3, 4))) inline Status failure(Code code, int32_t node, const char* format,
                                                            ...) {
  char text[400];
  va_list list;
  va_start(list, format);
  std::vsnprintf(text, sizeof(text), format, list);
  va_end(list);
  return {code, node, text};
}

}  // namespace vmm
