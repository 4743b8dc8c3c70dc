#pragma once

#include <cstddef>
#include <utility>

#include <dstream/detail/narrow_steps.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Runs a chain of map and filter links as one loop.
template <class T, class U, class Chain>
class ThroughStep final : public Step {
 public:
  explicit ThroughStep(const Chain& chain) : chain_(chain) {}

  void process(Chunk chunk) override {
    LoopCallable<Chain> run = chain_;
    // Room for all: a chain gives at most one result per record.
    if (out_.room() < chunk.size) {
      out_.pass_on(*this);
      out_.ensure_capacity(chunk.size);
    }
    U* out = out_.end();
    U* const begin = out;
    const auto emit = [&out](auto&& value) {
      ::new (static_cast<void*>(out)) U(std::forward<decltype(value)>(value));
      ++out;
    };
    try {
      for_each_record<T, true>(
          chunk, [&](auto&& record) { run(std::forward<decltype(record)>(record), emit); });
    } catch (...) {
      out_.added(static_cast<std::size_t>(out - begin));
      throw;
    }
    out_.added(static_cast<std::size_t>(out - begin));
    if constexpr (kHoldsViews<U>) out_.pass_on(*this);
  }
  void flush() override { out_.pass_on(*this); }
  void reset() noexcept override { out_.clear(); }

 private:
  const Chain& chain_;
  ChunkBuffer<U> out_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
