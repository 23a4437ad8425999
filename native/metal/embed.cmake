# Writes kernels/*.metal and the headers that they include as C++ strings.
#   cmake -DROOT=<top folder> -DOUTPUT=<file> -P embed.cmake
cmake_minimum_required(VERSION 3.22)
file(GLOB_RECURSE paths RELATIVE "${ROOT}" "${ROOT}/kernels/*.metal" "${ROOT}/kernels/*.h")
list(SORT paths)
set(entries "")
foreach(path IN LISTS paths)
  file(READ "${ROOT}/${path}" text)
  string(APPEND entries "    {\"${path}\", R\"metal(${text})metal\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "// Made from kernels/ by native/metal/embed.cmake.
#include \"native/metal/sources.h\"

namespace vmm::metal {

const Source kSources[] = {
${entries}    {nullptr, nullptr}};

}  // namespace vmm::metal
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
