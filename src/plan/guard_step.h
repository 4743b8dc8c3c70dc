#pragma once

#include <exception>
#include <memory>

#include <dstream/detail/plan_node.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Where outputs of one run are noted that are left out (OutputFailure::skip). Thread-safe.
class OutputSkips {
 public:
  virtual ~OutputSkips() = default;
  /// The first reason stays.
  virtual void skip(const OutputNode& output, std::exception_ptr reason,
                    const TaskContext& task) noexcept = 0;
  virtual bool skipped(const OutputNode& output) const = 0;
};

/// Runs the step of an output that may be left out: what the step throws in a task's last attempt
/// ends the output for this batch, and not the task, which other outputs may share.
class GuardStep final : public Step {
 public:
  /// `skips` is the pipeline's note of where the task at work reports to.
  GuardStep(StepPtr inner, const OutputNode& output, OutputSkips* const* skips)
      : inner_(std::move(inner)), output_(output), skips_(skips) {}

  void begin(const TaskContext& context) override {
    context_ = context;
    off_ = (*skips_)->skipped(output_);
    guard([&] { inner_->begin(context); });
  }
  void process(Chunk chunk) override {
    guard([&] { inner_->process(chunk); });
  }
  void flush() override {
    guard([&] { inner_->flush(); });
  }
  void reset() noexcept override { inner_->reset(); }

 private:
  template <class Call>
  void guard(Call call) {
    if (off_) return;
    try {
      call();
    } catch (...) {
      if (!context_.last_attempt) throw;
      off_ = true;
      (*skips_)->skip(output_, std::current_exception(), context_);
      inner_->reset();
    }
  }

  const StepPtr inner_;
  const OutputNode& output_;
  OutputSkips* const* const skips_;
  TaskContext context_;
  bool off_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
