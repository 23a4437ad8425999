// Lines of the source for addresses in a shared library, from its DWARF 5 line table.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace vmm::emulated {

class Lines {
 public:
  // Reads an ELF file; without a line table that it understands, it knows no lines.
  explicit Lines(const std::string& path);
  // "kernels/softmax.metal:12", or an empty string. `address` is relative to where the library is loaded.
  std::string at(uint64_t address) const;

 private:
  struct Row {
    uint64_t address;
    uint32_t line, file;
  };
  std::vector<Row> rows_;  // by address; line 0: here a function ends
  std::vector<std::string> files_;
};

}  // namespace vmm::emulated
