#include "native/metal/sources.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace vmm::metal {
namespace {

constexpr std::string_view kInclude = "#include \"", kOnce = "#pragma once\n";

std::string_view textOf(std::string_view path) {
  for (const Source* source = kSources; source->path; ++source)
    if (path == source->path) return source->text;
  return {};
}

void append(std::string_view path, std::set<std::string_view>& seen, std::string& whole) {
  if (!seen.insert(path).second) return;
  std::string_view rest = textOf(path);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end);
    if (line.starts_with(kInclude)) {
      const std::string_view named = line.substr(kInclude.size());
      append(named.substr(0, named.find('"')), seen, whole);
    } else if (line != kOnce) {
      whole += line;
    }
  }
}

}  // namespace

std::string sourceOf(const char* op) {
  std::string whole;
  std::set<std::string_view> seen;
  const std::string path = std::string("kernels/") + op + ".metal";
  append(path, seen, whole);
  return whole;
}

}  // namespace vmm::metal
