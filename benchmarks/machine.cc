#include "machine.h"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "timing.h"

namespace dstream::bench {
namespace {

cpu_set_t allowed_at_start() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof(set), &set);
  return set;
}
const cpu_set_t kAllowedAtStart = allowed_at_start();

void pin_all_threads(const cpu_set_t& set) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    const pid_t thread = std::atoi(entry.path().filename().c_str());
    if (sched_setaffinity(thread, sizeof(set), &set) != 0) {
      throw std::runtime_error("cannot pin to the cores asked for: name others with --pin");
    }
  }
}

/// A line such as "VmHWM:   1234 kB" of /proc/self/status, in kB.
long status_kilobytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::atol(line.c_str() + name.size() + 1);
  }
  throw std::runtime_error("/proc/self/status has no " + name);
}

void reset_peak() {
  std::ofstream clear("/proc/self/clear_refs");
  clear << "5" << std::flush;
  if (!clear) throw std::runtime_error("cannot reset the peak through /proc/self/clear_refs");
}

[[noreturn]] void measure_in_child(const std::function<void()>& body, int pipe) {
  int status = 1;
  try {
    reset_peak();
    const long before = status_kilobytes("VmRSS");
    body();
    const double extra = static_cast<double>(status_kilobytes("VmHWM") - before) / 1024;
    if (write(pipe, &extra, sizeof(extra)) == sizeof(extra)) status = 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "memory measurement: %s\n", error.what());
  }
  std::_Exit(status);
}

}  // namespace

void pin_process(const std::vector<int>& cores, std::size_t count) {
  if (cores.size() < count) {
    throw std::runtime_error("two threads need two cores: --pin CPU,CPU");
  }
  cpu_set_t set;
  CPU_ZERO(&set);
  for (std::size_t i = 0; i < count; ++i) CPU_SET(static_cast<std::size_t>(cores[i]), &set);
  pin_all_threads(set);
}

OnFirstCore::OnFirstCore() {
  sched_getaffinity(0, sizeof(before_), &before_);
  take_core(0);
}

OnFirstCore::~OnFirstCore() { sched_setaffinity(0, sizeof(before_), &before_); }

void take_core(std::size_t index) {
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof(allowed), &allowed);
  index %= static_cast<std::size_t>(CPU_COUNT(&allowed));
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &allowed) || index-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof(one), &one);
    return;
  }
}

void take_spare_core() {
  cpu_set_t now;
  sched_getaffinity(0, sizeof(now), &now);
  cpu_set_t spare;
  CPU_XOR(&spare, &kAllowedAtStart, &now);
  if (CPU_COUNT(&spare) != 0) sched_setaffinity(0, sizeof(spare), &spare);
}

void unpin_process() { pin_all_threads(kAllowedAtStart); }

double extra_megabytes(const std::function<void()>& body) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe failed");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) measure_in_child(body, ends[1]);
  close(ends[1]);
  double extra = 0;
  const bool read_all = read(ends[0], &extra, sizeof(extra)) == sizeof(extra);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!read_all || status != 0) throw std::runtime_error("the memory measurement failed");
  return extra;
}

ProgramRun run_program(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  // A child's peak begins with what its parent's was when it was made.
  reset_peak();
  const Stopwatch watch;
  std::fflush(nullptr);
  pid_t child = 0;
  ProgramRun run;
  rusage usage{};
  int status = 0;
  if (posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0 ||
      wait4(child, &status, 0, &usage) != child) {
    run.status = -1;
    return run;
  }
  run.seconds = watch.seconds();
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  run.peak_megabytes = static_cast<double>(usage.ru_maxrss) / 1024;
  return run;
}

}  // namespace dstream::bench
