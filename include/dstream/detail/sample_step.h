#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/plan_node.h>
#include <dstream/export.h>
#include <dstream/hash.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// Random numbers come from a counter, not from a state (Salmon, Moraes, Dror, Shaw: Parallel random
// numbers: as easy as 1, 2, 3; SC 2011): the number of a record is a hash of seed, batch time,
// slice and position, so that a repeated task chooses the same records.

/// Decides how often a record is taken, from 64 random bits. Immutable, shared by all tasks.
class DSTREAM_EXPORT SampleChoice {
 public:
  /// Once with probability `fraction`, else not at all. Throws Errc::invalid_argument unless
  /// 0 <= fraction <= 1.
  static SampleChoice once(double fraction, std::uint64_t seed, const Origin& origin);
  /// A number of times that is Poisson-distributed with this mean. Throws Errc::invalid_argument
  /// unless 0 <= mean <= 100.
  static SampleChoice often(double mean, std::uint64_t seed, const Origin& origin);

  /// The key of a task's numbers.
  std::uint64_t task_key(const TaskContext& context) const {
    const std::uint64_t batch =
        hash_word(static_cast<std::uint64_t>(context.batch_time.ns()), seed_);
    return hash_word(context.slice, batch);
  }
  std::uint32_t times(std::uint64_t random) const {
    std::uint32_t count = 0;
    for (const std::uint64_t limit : limits_) {
      if (random < limit) break;
      ++count;
    }
    return count;
  }

 private:
  SampleChoice(std::vector<std::uint64_t> limits, std::uint64_t seed)
      : limits_(std::move(limits)), seed_(seed) {}

  // The record is taken k times where k limits are at most the number; they rise.
  std::vector<std::uint64_t> limits_;
  std::uint64_t seed_;
};

template <class T>
class SampleStep final : public Step {
 public:
  explicit SampleStep(const SampleChoice& choice) : choice_(choice) {}

  void begin(const TaskContext& context) override {
    key_ = choice_.task_key(context);
    position_ = 0;
  }
  void process(Chunk chunk) override {
    for_each_record<T, true>(chunk, [&](auto&& record) {
      const std::uint32_t times = choice_.times(hash_word(position_++, key_));
      for (std::uint32_t i = 1; i < times; ++i) add(std::as_const(record));
      if (times != 0) add(std::forward<decltype(record)>(record));
    });
    if constexpr (kHoldsViews<T>) out_.pass_on(*this);
  }
  void flush() override { out_.pass_on(*this); }
  void reset() noexcept override { out_.clear(); }

 private:
  template <class Record>
  void add(Record&& record) {
    if (out_.full()) out_.pass_on(*this);
    out_.emplace(std::forward<Record>(record));
  }

  const SampleChoice& choice_;
  std::uint64_t key_ = 0;
  std::uint64_t position_ = 0;
  ChunkBuffer<T> out_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
