// Mutates valid programs, and runs those that still verify. Any crash or sanitizer report is a bug; the seed
// is printed so that VMM_FUZZ_SEED repeats it. Seeds are the built-in programs and the files named as
// arguments.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include "native/test/program_writer.h"
#include "native/test/run_program.h"

using namespace vmm;
using namespace vmm::test;

namespace {

constexpr uint64_t kSmall = 1 << 20;
constexpr int64_t kFewElements = 1 << 18;

using Random = std::mt19937_64;

// copy with every kind of buffer, strides and a live count; further ops come from files written by lib/graph.
Bytes builtIn() {
  ProgramWriter w;
  w.scalars = 2;
  w.slot(SlotKind::input, 256);
  w.slot(SlotKind::weight, 256);
  w.slot(SlotKind::state, 256);
  const float ones[16] = {};
  w.constants(ones, sizeof(ones));
  const uint32_t in = w.buffer(BufferKind::slot, 0, 256), weight = w.buffer(BufferKind::slot, 1, 256);
  const uint32_t state = w.buffer(BufferKind::slot, 2, 256), scratch = w.buffer(BufferKind::scratch, 0, 256);
  const uint32_t next = w.buffer(BufferKind::next, 2, 256), out = w.buffer(BufferKind::output, 0, 256);
  const uint32_t constant = w.buffer(BufferKind::constant, 0, 64),
                 padded = w.buffer(BufferKind::scratch, 0, 320);
  const auto f32 = DType::f32;
  const int32_t mid = w.tensor(scratch, f32, {8, 8}), result = w.tensor(out, f32, {8, 8}, {}, 0, 0);
  w.node("copy", {w.tensor(in, f32, {8, 8}, {1, 8}), mid});
  w.node("copy", {w.tensor(scratch, f32, {8, 8}, {}, 0, 1), w.tensor(next, f32, {8, 8}, {}, 0, 1)});
  w.node("copy", {w.tensor(weight, f32, {8, 8}, {0, 1}), w.tensor(padded, f32, {8, 8})});
  w.node("pad", {w.tensor(state, f32, {8, 8}), w.tensor(padded, f32, {10, 8})}, {}, {0, 1, 1});
  w.node("copy", {w.tensor(constant, f32, {8, 8}, {1, 1}, 0, 0), result});
  w.output(result);
  return w.bytes();
}

uint64_t interesting(Random& random) {
  static constexpr uint64_t kValues[] = {
      0,      1,          2,          3,          7,          8,          16,         64,         0x7f, 0xff,
      0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 1ull << 40, 1ull << 46, 1ull << 62, ~0ull >> 1, ~0ull};
  return kValues[random() % std::size(kValues)] + (random() % 4 == 0 ? random() % 5 - 2 : 0);
}

// Past the magic and the hash, which no mutation survives.
void mutate(Bytes& bytes, Random& random) {
  for (uint64_t rounds = 1 + random() % 4; rounds > 0 && bytes.size() > 40; --rounds) {
    const size_t words = bytes.size() / 4;
    const size_t at = 4 * (2 + random() % (words - 2));
    const uint64_t value = interesting(random);
    switch (random() % 6) {
      case 0:
        bytes[at + random() % 4] ^= static_cast<uint8_t>(1u << random() % 8);
        break;
      case 1:
        std::memcpy(&bytes[at], &value, 4);
        break;
      case 2:
        if (at + 8 <= bytes.size()) std::memcpy(&bytes[at], &value, 8);
        break;
      case 3: {
        const size_t from = 4 * (random() % words);
        std::memmove(&bytes[at], &bytes[from],
                     std::min({size_t{4} << random() % 5, bytes.size() - at, bytes.size() - from}));
        break;
      }
      case 4: {
        uint32_t word;
        std::memcpy(&word, &bytes[at], 4);
        word += static_cast<uint32_t>(random() % 7) - 3;
        std::memcpy(&bytes[at], &word, 4);
        break;
      }
      default:
        if (random() % 8 == 0) bytes.resize(bytes.size() - random() % 16);
    }
  }
}

// Broadcast axes make tensors larger than their memory, and empty ones may have long axes: only programs that
// end soon are run.
bool isSmall(const Program& p) {
  uint64_t bytes = p.scratchBytes + p.hostBytes;
  for (const Slot& slot : p.slots) bytes += slot.bytes;
  int64_t elements = 0;
  for (const Tensor& t : p.tensors) {
    elements += std::min(t.view.count(), kFewElements);
    for (int i = 0; i < t.view.rank; ++i) elements += std::min(t.view.dim[i], kFewElements);
  }
  return bytes < kSmall && elements < kFewElements && p.scalars < 1000;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Bytes> seeds = {builtIn()};
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  for (const Bytes& seed : seeds) {
    std::shared_ptr<const Program> program;
    if (const Status s = compile(seed, program); !s.ok()) {
      std::fprintf(stderr, "a seed does not verify: node %d: %s\n", s.node, s.message.c_str());
      return 1;
    }
  }
  const char* secondsText = std::getenv("VMM_FUZZ_SECONDS");
  const char* seedText = std::getenv("VMM_FUZZ_SEED");
  const double seconds = secondsText ? std::atof(secondsText) : 5;
  uint64_t seed = seedText ? std::strtoull(seedText, nullptr, 10) : std::random_device()();
  std::printf("VMM_FUZZ_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);

  Machine machine(2);
  uint64_t tried = 0, verified = 0, ran = 0, finished = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    Random random(seed + tried++);
    Bytes bytes = seeds[random() % seeds.size()];
    mutate(bytes, random);
    std::shared_ptr<const Program> program;
    if (!compile(bytes, program).ok()) continue;
    ++verified;
    if (!isSmall(*program)) continue;
    ++ran;
    static constexpr double kScalars[] = {0, 1, 2, 7, 8, -1, 0.5, 1e300};
    const auto run =
        newRun(program, static_cast<uint8_t>(random()), kScalars[random() % std::size(kScalars)]);
    run->threads = static_cast<int>(random() % 3);
    machine.execute(*run);
    finished += run->status.ok();
  }
  std::printf("%llu programs, %llu verified, %llu run, %llu finished\n",
              static_cast<unsigned long long>(tried), static_cast<unsigned long long>(verified),
              static_cast<unsigned long long>(ran), static_cast<unsigned long long>(finished));
  return 0;
}
