#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <dstream/detail/box.h>
#include <dstream/detail/plan_node.h>
#include <dstream/sink.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// An output that takes part in the batch protocol: knows what is staged for the batches in flight,
/// and whom to commit and to abort. Its steps call begin_attempt() and end_attempt(); see Sink for
/// the contract. Thread-safe.
class DSTREAM_EXPORT StagedOutput : public OutputOperation {
 public:
  /// `uid` empty: "output-N".
  explicit StagedOutput(std::string uid);
  ~StagedOutput() override;

  void open(const OutputEnvironment& environment) override;
  void commit(Time batch_time) final;
  void abort(Time batch_time) noexcept final;
  std::uint64_t failed_aborts() const final { return failed_aborts_.load(); }

  /// A task begins: aborts its previous attempt and notes this one.
  WriteKey begin_attempt(const TaskContext& context);
  /// A task has prepared its write.
  void end_attempt(const WriteKey& key, std::string handle);

 protected:
  /// The batch's first attempt begins.
  virtual void begin_batch(Time) {}
  virtual void commit_write(const WriteKey& key, const std::string& handle) = 0;
  /// All writes of the batch are committed; `written`: it had tasks. May be called again, as
  /// commit_write.
  virtual void commit_batch(Time, bool /*written*/) {}
  virtual void abort_write(const WriteKey& key, const std::string& handle) = 0;
  virtual void abort_batch(Time) {}

 private:
  struct Staged;
  struct Batch;
  struct Batches;

  Batch* find(Time batch_time);
  Staged* find(Time batch_time, std::uint32_t partition);
  void abort_one(const Staged& staged) noexcept;

  std::string uid_;
  std::atomic<std::uint64_t> failed_aborts_{0};
  std::mutex mutex_;  // leaf; guards batches_
  const Box<Batches> batches_;
};

/// The step of `write_to`.
template <class T>
class SinkStep final : public Step {
 public:
  SinkStep(StagedOutput& output, Sink<T>& sink) : output_(output), sink_(sink) {}

  void begin(const TaskContext& context) override {
    key_ = output_.begin_attempt(context);
    sink_.begin(key_);
  }
  void process(Chunk chunk) override {
    for (const T& record : chunk.records<T>()) sink_.write(key_, record);
  }
  void flush() override { output_.end_attempt(key_, sink_.prepare(key_)); }

 private:
  StagedOutput& output_;
  Sink<T>& sink_;
  WriteKey key_;
};

/// `write_to`: a user's sink.
template <class T>
class SinkOutput final : public StagedOutput {
 public:
  SinkOutput(std::shared_ptr<Sink<T>> sink, std::string uid)
      : StagedOutput(std::move(uid)), sink_(std::move(sink)) {}
  StepPtr make_step() const override {
    return StepPtr(new SinkStep<T>(const_cast<SinkOutput&>(*this), *sink_));
  }

 protected:
  void commit_write(const WriteKey& key, const std::string& handle) override {
    sink_->commit(key, handle);
  }
  void abort_write(const WriteKey& key, const std::string& handle) override {
    sink_->abort(key, handle);
  }

 private:
  const std::shared_ptr<Sink<T>> sink_;
};

/// Throws Errc::invalid_argument where the sink is null.
DSTREAM_EXPORT void check_sink(const Origin& origin, bool has_sink);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
