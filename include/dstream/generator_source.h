#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/input_source.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/source_blocks.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

/// Settings of a generator of records.
struct GeneratorOptions {
  /// Records per second of batch time; 0 or more.
  double records_per_second = 1000;
  /// Records in all; by default there is no end.
  std::uint64_t total = UINT64_MAX;
};

namespace detail {

/// Throws Error{Errc::invalid_argument} unless the rate is finite and not negative.
DSTREAM_EXPORT void check_rate(double records_per_second);

/// Records due after `elapsed`: floor(rate * elapsed), for whole rates exactly.
DSTREAM_EXPORT std::uint64_t records_due(double records_per_second, Duration elapsed);

/// "records 100 to 199".
DSTREAM_EXPORT std::string describe_range(std::uint64_t first, std::uint64_t end);

/// The records [first, first + size), made anew whenever they are read.
template <class T, class F>
class GeneratorBlock final : public Block {
 public:
  GeneratorBlock(std::shared_ptr<const F> f, std::uint64_t first, std::size_t size)
      : f_(std::move(f)), first_(first), size_(size) {}

  std::size_t size() const override { return size_; }
  std::size_t bytes() const override { return sizeof(*this); }
  void read(std::size_t begin, std::size_t end, Step& to) const override {
    constexpr std::size_t kCapacity = chunk_capacity<T>();
    Array<T> records;
    records.reserve(end - begin < kCapacity ? end - begin : kCapacity);
    while (begin < end) {
      records.clear();
      for (; begin < end && records.size() < kCapacity; ++begin) {
        records.push_back((*f_)(first_ + begin));
      }
      // The buffer is this call's own, so the next step may move from it.
      to.process(
          {const_cast<void*>(static_cast<const void*>(records.data())), records.size(), true});
    }
  }

 private:
  std::shared_ptr<const F> f_;
  std::uint64_t first_;
  std::size_t size_;
};

/// Records at a rate. A batch has exactly the indices that are due in its time, so nothing drifts
/// and the same times give the same records. Makes no arrivals: with the arrival trigger its
/// records come with the batches that other sources start.
template <class T, class F>
class RateSource final : public InputSource {
 public:
  RateSource(const GeneratorOptions& options, F f)
      : rate_(options.records_per_second),
        total_(options.total),
        f_(std::make_shared<const F>(std::move(f))) {}

  void cut(Time from, Time until, std::vector<BlockPtr>& blocks) override {
    if (!started_) origin_ = from;
    started_ = true;
    const std::uint64_t end = due(until);
    for (std::uint64_t first = due(from); first < end;) {
      const std::uint64_t count = end - first < kBlockRecords ? end - first : kBlockRecords;
      blocks.push_back(std::make_shared<GeneratorBlock<T, F>>(f_, first, count));
      first += count;
    }
    made_.store(end, std::memory_order_relaxed);
  }

  SourceEnd end() const override {
    if (total_ == UINT64_MAX || rate_ == 0) return SourceEnd::never;
    return made_.load(std::memory_order_relaxed) < total_ ? SourceEnd::ahead : SourceEnd::reached;
  }

  std::string describe(Time from, Time until) const override {
    return describe_range(due(from), due(until));
  }

 private:
  static constexpr std::uint64_t kBlockRecords = 64 << 10;

  std::uint64_t due(Time time) const {
    const std::uint64_t records = records_due(rate_, time - origin_);
    return records < total_ ? records : total_;
  }

  const double rate_;
  const std::uint64_t total_;
  std::atomic<std::uint64_t> made_{0};
  const std::shared_ptr<const F> f_;
  Time origin_;  ///< where the first batch begins; index 0 is the first record due after it
  bool started_ = false;
};

/// Records made once per batch, when it is cut.
template <class T, class F>
class BatchFunctionSource final : public InputSource {
 public:
  explicit BatchFunctionSource(F f) : f_(std::move(f)) {}

  void cut(Time, Time until, std::vector<BlockPtr>& blocks) override {
    append_blocks<T>(std::vector<T>(static_cast<const F&>(f_)(until)), blocks);
  }

 private:
  F f_;
};

/// The source of `T f(std::uint64_t index)` at a rate; f is called by tasks, in any order and again
/// when a task is retried, so it must be a pure function.
/// Throws Error{Errc::invalid_argument} for a rate that is negative or not a number.
template <class F>
std::shared_ptr<InputSource> make_generator_source(const GeneratorOptions& options, F f) {
  using T = std::decay_t<std::invoke_result_t<const F&, std::uint64_t>>;
  check_rate(options.records_per_second);
  return make_kept<RateSource<T, F>, InputSource>(options, std::move(f));
}

/// The source of `std::vector<T> f(Time batch_time)`; f is called once per batch, on one thread.
template <class F>
std::shared_ptr<InputSource> make_generator_source(F f) {
  using T = typename std::decay_t<std::invoke_result_t<const F&, Time>>::value_type;
  check_retainable<T>();
  return make_kept<BatchFunctionSource<T, F>, InputSource>(std::move(f));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
