#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace jobs {

/// Sends the process's standard output to a file until it is asked for the text.
class CapturedStdout {
 public:
  CapturedStdout() : file_(std::tmpfile()) {
    std::fflush(stdout);
    saved_ = dup(STDOUT_FILENO);
    if (file_ == nullptr || saved_ < 0 || dup2(fileno(file_), STDOUT_FILENO) < 0) {
      throw std::runtime_error("standard output cannot be redirected");
    }
  }
  CapturedStdout(const CapturedStdout&) = delete;
  CapturedStdout& operator=(const CapturedStdout&) = delete;
  ~CapturedStdout() {
    restore();
    std::fclose(file_);
  }

  /// Ends the capture; everything that was written.
  std::string text() {
    restore();
    std::string result;
    std::rewind(file_);
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) {
      result.push_back(static_cast<char>(c));
    }
    return result;
  }

 private:
  void restore() {
    if (saved_ < 0) return;
    std::fflush(stdout);
    dup2(saved_, STDOUT_FILENO);
    close(saved_);
    saved_ = -1;
  }

  std::FILE* file_;
  int saved_ = -1;
};

}  // namespace jobs
