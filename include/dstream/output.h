#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/batch_info.h>
#include <dstream/detail/console.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/plan_node.h>
#include <dstream/format.h>
#include <dstream/output_options.h>
#include <dstream/rdd.h>
#include <dstream/task_context.h>

namespace dstream {
inline namespace v1 {

namespace detail {

/// The dashed header that print() puts above a batch, as Spark's does.
DSTREAM_EXPORT std::string print_header(Time batch_time);

/// Prints the first records of a batch.
template <class T>
class PrintStep final : public Step {
 public:
  explicit PrintStep(std::size_t limit) : limit_(limit) {}

  void begin(const TaskContext& context) override {
    text_ = print_header(context.batch_time);
    seen_ = 0;
  }
  void process(Chunk chunk) override {
    for (const T& record : chunk.records<T>()) {
      if (seen_++ >= limit_) return;
      format_value(text_, record);
      text_ += '\n';
    }
  }
  void flush() override {
    if (seen_ > limit_) text_ += "...\n";
    text_ += '\n';
    write_to_stdout(text_);
  }

 private:
  const std::size_t limit_;
  std::size_t seen_ = 0;
  std::string text_;
};

template <class T>
class PrintOutput final : public OutputOperation {
 public:
  explicit PrintOutput(std::size_t limit) : OutputOperation(OutputPhase::task), limit_(limit) {}
  StepPtr make_step() const override { return StepPtr(new PrintStep<T>(limit_)); }

 private:
  const std::size_t limit_;
};

/// A function of its own, so that the library can hold the common ones ready compiled.
template <class T>
std::shared_ptr<OutputOperation> make_print_output(std::size_t limit) {
  return make_kept<PrintOutput<T>, OutputOperation>(limit);
}

extern template DSTREAM_EXPORT std::shared_ptr<OutputOperation> make_print_output<std::string_view>(
    std::size_t);
extern template DSTREAM_EXPORT std::shared_ptr<OutputOperation> make_print_output<std::string>(
    std::size_t);
extern template DSTREAM_EXPORT std::shared_ptr<OutputOperation> make_print_output<std::int64_t>(
    std::size_t);
extern template DSTREAM_EXPORT std::shared_ptr<OutputOperation>
make_print_output<std::pair<std::string, std::int64_t>>(std::size_t);

/// Calls a function with each record.
template <class T, class F>
class ForEachOutput final : public OutputOperation {
 public:
  explicit ForEachOutput(F f)
      : OutputOperation(OutputPhase::task), f_(new F(std::move(f))) {}
  StepPtr make_step() const override { return StepPtr(new CallStep(*f_)); }

 private:
  class CallStep final : public Step {
   public:
    explicit CallStep(F& f) : f_(f) {}
    void process(Chunk chunk) override {
      for (const T& record : chunk.records<T>()) f_(record);
    }

   private:
    F& f_;
  };

  Box<F> f_;
};

/// Calls a function with each batch's data set, on the driver thread.
template <class T, class F>
class ForeachRddOutput final : public OutputOperation {
 public:
  ForeachRddOutput(F f, Origin origin)
      : OutputOperation(OutputPhase::driver), f_(std::move(f)), origin_(origin) {}

  void run(JobRunner& jobs, std::vector<BlockPtr> blocks, const BatchInfo& info) override {
    Rdd<T> rdd = rdd_of_blocks<T>(jobs, std::move(blocks), origin_);
    if constexpr (std::is_invocable_v<F&, Rdd<T>, Time, const BatchInfo&>) {
      f_(std::move(rdd), info.batch_time, info);
    } else if constexpr (std::is_invocable_v<F&, Rdd<T>, Time>) {
      f_(std::move(rdd), info.batch_time);
    } else {
      f_(std::move(rdd));
    }
  }

 private:
  F f_;
  Origin origin_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
