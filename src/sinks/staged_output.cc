#include "dstream/detail/staged_output.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

struct StagedOutput::Staged {
  WriteKey key;
  std::string handle;
};
struct StagedOutput::Batch {
  Time time;
  std::vector<Staged> writes;  // one per partition, in any order
};
struct StagedOutput::Batches {
  std::vector<Batch> all;  // at most as many as batches are in flight
};

StagedOutput::StagedOutput(std::string uid)
    : OutputOperation(OutputPhase::staged), uid_(std::move(uid)), batches_(new Batches) {}
StagedOutput::~StagedOutput() = default;

void StagedOutput::open(const OutputEnvironment& environment) {
  if (uid_.empty()) uid_ = fmt::format("output-{}", environment.node.id);
}

StagedOutput::Batch* StagedOutput::find(Time batch_time) {
  const auto found = std::find_if(batches_->all.begin(), batches_->all.end(),
                                  [&](const Batch& batch) { return batch.time == batch_time; });
  return found == batches_->all.end() ? nullptr : &*found;
}

StagedOutput::Staged* StagedOutput::find(Time batch_time, std::uint32_t partition) {
  Batch* const batch = find(batch_time);
  if (batch == nullptr) return nullptr;
  const auto found =
      std::find_if(batch->writes.begin(), batch->writes.end(),
                   [&](const Staged& staged) { return staged.key.partition == partition; });
  return found == batch->writes.end() ? nullptr : &*found;
}

WriteKey StagedOutput::begin_attempt(const TaskContext& context) {
  const WriteKey key{uid_, context.batch_time, context.slice, context.attempt};
  Staged before;
  bool repeated = false;
  {
    std::lock_guard lock(mutex_);
    if (find(key.batch_time) == nullptr) {
      // Under the lock: no other task may stage anything before.
      begin_batch(key.batch_time);
      batches_->all.push_back({key.batch_time, {}});
    }
    if (Staged* const staged = find(key.batch_time, key.partition)) {
      before = std::exchange(*staged, {key, {}});
      repeated = true;
    } else {
      find(key.batch_time)->writes.push_back({key, {}});
    }
  }
  if (repeated) abort_one(before);
  return key;
}

void StagedOutput::end_attempt(const WriteKey& key, std::string handle) {
  std::lock_guard lock(mutex_);
  find(key.batch_time, key.partition)->handle = std::move(handle);
}

/// The batch's tasks have ended, so nobody else looks at its writes; other batches' go on.
void StagedOutput::commit(Time batch_time) {
  Batch batch{batch_time, {}};
  bool written = false;
  {
    std::lock_guard lock(mutex_);
    if (const Batch* const found = find(batch_time)) {
      batch = *found;
      written = true;
    }
  }
  std::sort(batch.writes.begin(), batch.writes.end(),
            [](const Staged& a, const Staged& b) { return a.key.partition < b.key.partition; });
  for (const Staged& staged : batch.writes) {
    commit_write(staged.key, staged.handle);
    std::lock_guard lock(mutex_);
    std::erase_if(find(batch_time)->writes,
                  [&](const Staged& other) { return other.key.partition == staged.key.partition; });
  }
  commit_batch(batch_time, written);
  std::lock_guard lock(mutex_);
  std::erase_if(batches_->all, [&](const Batch& other) { return other.time == batch_time; });
}

void StagedOutput::abort(Time batch_time) noexcept {
  std::vector<Staged> writes;
  {
    std::lock_guard lock(mutex_);
    Batch* const batch = find(batch_time);
    if (batch == nullptr) return;
    writes = std::move(batch->writes);
    std::erase_if(batches_->all, [&](const Batch& other) { return other.time == batch_time; });
  }
  std::sort(writes.begin(), writes.end(),
            [](const Staged& a, const Staged& b) { return a.key.partition < b.key.partition; });
  for (const Staged& staged : writes) abort_one(staged);
  try {
    abort_batch(batch_time);
  } catch (...) {
    ++failed_aborts_;
  }
}

void StagedOutput::abort_one(const Staged& staged) noexcept {
  try {
    abort_write(staged.key, staged.handle);
  } catch (...) {
    ++failed_aborts_;
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
