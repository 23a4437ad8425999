#include "native/cpu/runtime/cores.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace vmm {
namespace {

constexpr int kMostThreads = 256;

#if defined(__linux__)

int allowedByAffinity() {
  // The kernel refuses sets smaller than its own, so the set grows until it fits.
  for (int cpus = 1024; cpus <= 65536; cpus *= 2) {
    cpu_set_t* set = CPU_ALLOC(cpus);
    if (!set) break;
    const size_t size = CPU_ALLOC_SIZE(cpus);
    const bool ok = sched_getaffinity(0, size, set) == 0;
    const int count = ok ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (ok) return count;
  }
  return static_cast<int>(std::thread::hardware_concurrency());
}

int coresOf(double quota, double period) {
  if (quota <= 0 || period <= 0) return kMostThreads;
  return static_cast<int>(std::min<double>(kMostThreads, (quota + period - 1) / period));
}

int quotaV2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max") return kMostThreads;
  return coresOf(std::atof(quota.c_str()), period);
}

int quotaV1(const std::string& folder) {
  double quota = 0, period = 0;
  if (!(std::ifstream(folder + "/cpu.cfs_quota_us") >> quota)) return kMostThreads;
  if (!(std::ifstream(folder + "/cpu.cfs_period_us") >> period)) return kMostThreads;
  return coresOf(quota, period);
}

// The tightest quota from a group up to the root: each level limits those below it.
template <class Quota>
int tightest(const std::string& root, std::string path, Quota quota) {
  int least = quota(root);
  while (path.size() > 1) {
    least = std::min(least, quota(root + path));
    path.resize(path.find_last_of('/'));
  }
  return least;
}

int allowedByQuota() {
  std::ifstream groups("/proc/self/cgroup");
  int least = kMostThreads;
  for (std::string line; std::getline(groups, line);) {
    std::istringstream fields(line);
    std::string id, controllers, path;
    if (!std::getline(fields, id, ':') || !std::getline(fields, controllers, ':') ||
        !std::getline(fields, path))
      continue;
    if (path.empty() || path[0] != '/') continue;
    if (controllers.empty()) least = std::min(least, tightest("/sys/fs/cgroup", path, quotaV2));
    if (("," + controllers + ",").find(",cpu,") != std::string::npos)
      least = std::min({least, tightest("/sys/fs/cgroup/cpu", path, quotaV1),
                        tightest("/sys/fs/cgroup/cpu,cpuacct", path, quotaV1)});
  }
  return least;
}

int allowed() { return std::min(allowedByAffinity(), allowedByQuota()); }

#elif defined(__APPLE__)

int allowed() {
  int cores = 0;
  size_t size = sizeof(cores);
  if (sysctlbyname("hw.perflevel0.physicalcpu", &cores, &size, nullptr, 0) == 0 && cores > 0) return cores;
  return static_cast<int>(std::thread::hardware_concurrency());
}

#else

int allowed() { return static_cast<int>(std::thread::hardware_concurrency()); }

#endif

}  // namespace

int coresToUse() {
  const char* asked = std::getenv("VMM_THREADS");
  const int threads = asked && std::atoi(asked) > 0 ? std::atoi(asked) : allowed();
  return std::clamp(threads, 1, kMostThreads);
}

}  // namespace vmm
