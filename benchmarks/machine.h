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
class CoresApart {
 public:
  CoresApart();
  CoresApart(const CoresApart&) = delete;
  CoresApart& operator=(const CoresApart&) = delete;
  ~CoresApart();

  /// Binds the thread that calls it to the second one.
  void take_second() const;

 private:
  cpu_set_t before_;
  cpu_set_t first_;
  cpu_set_t second_;
};

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
