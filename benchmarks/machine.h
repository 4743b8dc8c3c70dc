#pragma once

#include <sched.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace dstream::bench {

/// Binds every thread of the process to the first `count` of `cores`; threads started later follow.
/// Throws std::runtime_error where the machine has not got them.
void pin_process(const std::vector<int>& cores, std::size_t count);

/// Binds the calling thread to the first of the cores that it may use, as long as it lives.
class OnFirstCore {
 public:
  OnFirstCore();
  OnFirstCore(const OnFirstCore&) = delete;
  OnFirstCore& operator=(const OnFirstCore&) = delete;
  ~OnFirstCore();

 private:
  cpu_set_t before_;
};

/// Binds the calling thread to the `index`th of the cores that it may use (counted round).
void take_core(std::size_t index);

/// Binds the calling thread to the cores that the process started with and has not got now; to
/// those that it has where there are no others.
void take_spare_core();

/// Undoes pin_process: all cores that the process started with.
void unpin_process();

/// Runs `body` in a forked child and gives how much its peak memory lay above where it began, in
/// MB. The process must not have started threads yet.
double extra_megabytes(const std::function<void()>& body);

/// Runs a program in a process of its own and waits for it.
struct ProgramRun {
  int status = 0;  ///< exit status, -1 if it could not be run
  double seconds = 0;
  double peak_megabytes = 0;
};
ProgramRun run_program(const std::vector<std::string>& command);

}  // namespace dstream::bench
