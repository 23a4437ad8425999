#include "native/metal_emulated/lines.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string_view>

namespace vmm::emulated {
namespace {

// Reads little-endian numbers; beyond the end it gives zeros.
struct Reader {
  std::string_view bytes;
  size_t at = 0;

  bool done() const { return at >= bytes.size(); }
  template <class T>
  T next() {
    T value{};
    if (at + sizeof(T) <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof(T));
    at += sizeof(T);
    return value;
  }
  uint64_t uleb() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = next<uint8_t>();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (!(byte & 0x80)) break;
    }
    return value;
  }
  int64_t sleb() {
    uint64_t value = 0;
    int shift = 0;
    uint8_t byte;
    do {
      byte = next<uint8_t>();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80 && shift < 64);
    if (byte & 0x40 && shift < 64) value |= ~uint64_t{0} << shift;
    return static_cast<int64_t>(value);
  }
  std::string text() {
    const size_t end = std::min(bytes.find('\0', std::min(at, bytes.size())), bytes.size());
    std::string value(at < end ? bytes.substr(at, end - at) : std::string_view());
    at = end + 1;
    return value;
  }
};

using Sections = std::map<std::string, std::string_view>;

Sections sectionsOf(std::string_view file) {
  Sections sections;
  if (file.size() < 64 || file.substr(0, 5) != std::string_view("\177ELF\2", 5)) return sections;
  Reader header{file, 40};
  const auto table = header.next<uint64_t>();
  header.at = 58;
  const auto size = header.next<uint16_t>(), count = header.next<uint16_t>(), names = header.next<uint16_t>();
  const auto section = [&](uint16_t i) { return Reader{file, table + uint64_t{size} * i}; };
  const auto contents = [&](Reader at) {
    at.at += 24;
    const auto offset = at.next<uint64_t>(), bytes = at.next<uint64_t>();
    return offset <= file.size() ? file.substr(offset, bytes) : std::string_view();
  };
  const std::string_view strings = contents(section(names));
  for (uint16_t i = 0; i < count; ++i) {
    Reader entry = section(i);
    const auto name = Reader{strings, Reader(entry).next<uint32_t>()}.text();
    sections[name] = contents(entry);
  }
  return sections;
}

// The line table of one compiled file (DWARF 5, section 6.2).
struct LineProgram {
  enum Form : uint64_t {
    kString = 0x08,
    kStrp = 0x0e,
    kUdata = 0x0f,
    kData1 = 0x0b,
    kData2 = 0x05,
    kData16 = 0x1e,
    kLineStrp = 0x1f
  };
  enum Content : uint64_t { kPath = 1, kFolder = 2 };

  const Sections& sections;
  Reader reader;
  std::vector<std::string>& files;

  // A text or a number, as the form says.
  std::string value(uint64_t form) {
    const auto indirect = [&](const char* section) {
      const auto offset = reader.next<uint32_t>();
      const auto found = sections.find(section);
      return found == sections.end() ? std::string() : Reader{found->second, offset}.text();
    };
    switch (form) {
      case kString:
        return reader.text();
      case kLineStrp:
        return indirect(".debug_line_str");
      case kStrp:
        return indirect(".debug_str");
      case kUdata:
        return std::to_string(reader.uleb());
      case kData1:
        return std::to_string(reader.next<uint8_t>());
      case kData2:
        return std::to_string(reader.next<uint16_t>());
      default:
        return reader.at += 16, std::string();
    }
  }

  // A list of folders, or of files in them.
  std::vector<std::string> entries(const std::vector<std::string>& folders) {
    std::vector<std::pair<uint64_t, uint64_t>> formats(reader.next<uint8_t>());
    for (auto& [content, form] : formats) {
      content = reader.uleb();
      form = reader.uleb();
    }
    std::vector<std::string> paths(std::min<uint64_t>(reader.uleb(), 4096));
    for (std::string& path : paths) {
      std::string folder;
      for (const auto& [content, form] : formats) {
        std::string text = value(form);
        if (content == kPath) path = std::move(text);
        // Folder 0 is the one that the compiler ran in.
        else if (content == kFolder && text != "0")
          folder = folders[std::min(folders.size() - 1, std::stoul(text))];
      }
      if (!folder.empty()) path = folder + "/" + path;
    }
    return paths;
  }

  template <class Emit>
  void run(Emit&& emit) {
    const auto length = reader.next<uint32_t>();
    const size_t end = std::min(reader.at + length, reader.bytes.size());
    const auto version = reader.next<uint16_t>();
    if (version != 5) {
      reader.at = end;
      return;
    }
    reader.at += 2;
    const auto headerLength = reader.next<uint32_t>();
    const size_t first = reader.at + headerLength;
    const auto unit = reader.next<uint8_t>();
    reader.at += 2;
    const auto base = reader.next<int8_t>();
    const auto range = reader.next<uint8_t>(), special = reader.next<uint8_t>();
    std::vector<uint8_t> lengths(special);
    for (int i = 1; i < special; ++i) lengths[static_cast<size_t>(i)] = reader.next<uint8_t>();
    const std::vector<std::string> folders = entries({""});
    const auto offset = static_cast<uint32_t>(files.size());
    for (std::string& path : entries(folders)) files.push_back(std::move(path));

    reader.at = first;
    uint64_t address = 0, file = 1;
    int64_t line = 1;
    const auto advance = [&](uint64_t steps) { address += steps * unit; };
    const auto row = [&](bool end = false) {
      // Code that belongs to no line in particular goes on with the line before.
      if (line || end)
        emit(address, end ? 0 : static_cast<uint32_t>(line), offset + static_cast<uint32_t>(file));
    };
    while (reader.at < end) {
      const auto opcode = reader.next<uint8_t>();
      if (opcode >= special) {
        advance((opcode - special) / range);
        line += base + (opcode - special) % range;
        row();
        continue;
      }
      switch (opcode) {
        case 0: {  // extended
          const uint64_t size = reader.uleb();
          const size_t next = reader.at + size;
          const auto kind = reader.next<uint8_t>();
          if (kind == 2) address = reader.next<uint64_t>();
          if (kind == 1) {
            row(true);
            address = 0;
            file = 1;
            line = 1;
          }
          reader.at = next;
          break;
        }
        case 1:
          row();
          break;
        case 2:
          advance(reader.uleb());
          break;
        case 3:
          line += reader.sleb();
          break;
        case 4:
          file = reader.uleb();
          break;
        case 8:
          advance((255 - special) / range);
          break;
        case 9:
          address += reader.next<uint16_t>();
          break;
        default:
          for (int i = 0; i < lengths[opcode]; ++i) reader.uleb();
      }
    }
  }
};

}  // namespace

Lines::Lines(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string file((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  const Sections sections = sectionsOf(file);
  const auto table = sections.find(".debug_line");
  if (table == sections.end()) return;
  LineProgram program{sections, Reader{table->second}, files_};
  while (!program.reader.done())
    program.run([&](uint64_t address, uint32_t line, uint32_t file) {
      rows_.push_back({address, line, file});
    });
  std::stable_sort(rows_.begin(), rows_.end(),
                   [](const Row& a, const Row& b) { return a.address < b.address; });
}

std::string Lines::at(uint64_t address) const {
  auto after = std::upper_bound(rows_.begin(), rows_.end(), address,
                                [](uint64_t at, const Row& row) { return at < row.address; });
  if (after == rows_.begin() || (--after)->line == 0 || after->file >= files_.size()) return {};
  return files_[after->file] + ":" + std::to_string(after->line);
}

}  // namespace vmm::emulated
