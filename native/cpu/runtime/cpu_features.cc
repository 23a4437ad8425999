#include "native/cpu/runtime/cpu_features.h"

#include <cstdint>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace vmm {
namespace {

#if defined(__x86_64__)

struct Leaf {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Leaf cpuid(uint32_t leaf, uint32_t sub) {
  Leaf r;
  __get_cpuid_count(leaf, sub, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

// The register state that the operating system saves: without it the instructions exist but fault.
uint32_t savedState() {
  if (!(cpuid(1, 0).ecx & bit_OSXSAVE)) return 0;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

bool has(std::string_view feature) {
  const uint32_t saved = savedState();
  if ((saved & 0x6) != 0x6) return false;
  const Leaf one = cpuid(1, 0), seven = cpuid(7, 0), more = cpuid(7, 1);
  if (feature == "fma") return one.ecx & bit_FMA;
  if (feature == "f16c") return one.ecx & bit_F16C;
  if (feature == "avx2") return seven.ebx & (1u << 5);
  if (feature == "bmi2") return seven.ebx & (1u << 8);
  if (feature == "avxvnni") return more.eax & (1u << 4);
  if ((saved & 0xe6) != 0xe6) return false;
  if (feature == "avx512f") return seven.ebx & (1u << 16);
  if (feature == "avx512dq") return seven.ebx & (1u << 17);
  if (feature == "avx512bw") return seven.ebx & (1u << 30);
  if (feature == "avx512vl") return seven.ebx & (1u << 31);
  if (feature == "avx512vnni") return seven.ecx & (1u << 11);
  if (feature == "avx512bf16") return more.eax & (1u << 5);
  return false;
}

#elif defined(__aarch64__) && defined(__linux__)

bool has(std::string_view feature) {
  if (feature == "dotprod") return getauxval(AT_HWCAP) & (1ul << 20);
  if (feature == "i8mm") return getauxval(AT_HWCAP2) & (1ul << 13);
  if (feature == "bf16") return getauxval(AT_HWCAP2) & (1ul << 14);
  return false;
}

#elif defined(__aarch64__) && defined(__APPLE__)

bool has(std::string_view feature) {
  const char* name = feature == "dotprod" ? "hw.optional.arm.FEAT_DotProd"
                     : feature == "i8mm"  ? "hw.optional.arm.FEAT_I8MM"
                     : feature == "bf16"  ? "hw.optional.arm.FEAT_BF16"
                                          : nullptr;
  int value = 0;
  size_t size = sizeof(value);
  return name && sysctlbyname(name, &value, &size, nullptr, 0) == 0 && value;
}

#else

bool has(std::string_view) { return false; }

#endif

}  // namespace

bool cpuHas(const char* features) {
  std::string_view rest = features;
  while (!rest.empty()) {
    const size_t end = rest.find(' ');
    if (!has(rest.substr(0, end))) return false;
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return true;
}

}  // namespace vmm
