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

/// Writes a chunk's records to a sink.
using SinkWriter = void (*)(SinkBase& sink, const WriteKey& key, Chunk chunk);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
