#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <utility>

#include <dstream/detail/narrow_steps.h>
#include <dstream/through.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Whether a chain gives exactly one result per record.
template <class Chain>
inline constexpr bool kMapsOnly = false;
template <class F>
inline constexpr bool kMapsOnly<MapFunction<F>> = true;
template <class A, class B>
inline constexpr bool kMapsOnly<ChainFunction<A, B>> = kMapsOnly<A> && kMapsOnly<B>;

/// The result of a chain of maps for one record.
template <class F, class T>
auto mapped(const MapFunction<F>& link, const T& record) {
  return link.f(record);
}
template <class A, class B, class T>
auto mapped(const ChainFunction<A, B>& chain, const T& record) {
  return mapped(chain.second, mapped(chain.first, record));
}

// Runs a chain over a block of records that may be copied blindly: one loop up to and with each
// filter, without a branch to mispredict. What follows a filter never sees what it refused. `out`
// has room for all; returns the number of results.
inline constexpr std::size_t kThroughBlock = 256;

template <class Chain, class T, class U>
  requires kMapsOnly<Chain>
std::size_t run_block(const Chain& chain, const T* in, std::size_t size, U* out) {
  for (std::size_t i = 0; i < size; ++i)
    ::new (static_cast<void*>(out + i)) U(mapped(chain, in[i]));
  return size;
}

template <class F, class T, class U>
std::size_t run_block(const FilterFunction<F>& link, const T* in, std::size_t size, U* out) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size; ++i) {
    ::new (static_cast<void*>(out + kept)) U(in[i]);
    kept += static_cast<std::size_t>(static_cast<bool>(link.f(in[i])));
  }
  return kept;
}

template <class Maps, class F, class T, class U>
  requires kMapsOnly<Maps>
std::size_t run_block(const ChainFunction<Maps, FilterFunction<F>>& chain, const T* in,
                      std::size_t size, U* out) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const U value = mapped(chain.first, in[i]);
    ::new (static_cast<void*>(out + kept)) U(value);
    kept += static_cast<std::size_t>(static_cast<bool>(chain.second.f(value)));
  }
  return kept;
}

template <class A, class B, class T, class U>
  requires(!kMapsOnly<A>)
std::size_t run_block(const ChainFunction<A, B>& chain, const T* in, std::size_t size, U* out) {
  using Middle = typename A::template Output<T>;
  alignas(Middle) std::byte memory[kThroughBlock * sizeof(Middle)];
  Middle* const middle = reinterpret_cast<Middle*>(memory);
  return run_block(chain.second, middle, run_block(chain.first, in, size, middle), out);
}

/// Whether run_block can run a chain: every type on the way may be copied blindly.
template <class Chain, class T>
inline constexpr bool kRunsInBlocks =
    kCopyBlindly<T> && kCopyBlindly<typename Chain::template Output<T>>;
template <class A, class B, class T>
inline constexpr bool kRunsInBlocks<ChainFunction<A, B>, T> =
    kRunsInBlocks<A, T> && kRunsInBlocks<B, typename A::template Output<T>>;

/// Runs a chain of map and filter links as one step.
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
    if constexpr (kRunsInBlocks<Chain, T>) {
      std::span<const T> in = chunk.records<T>();
      while (!in.empty()) {
        const auto block = in.first(in.size() < kThroughBlock ? in.size() : kThroughBlock);
        out_.added(run_block(run, block.data(), block.size(), out_.end()));
        in = in.subspan(block.size());
      }
    } else {
      const auto emit = [this](auto&& value) {
        out_.emplace(std::forward<decltype(value)>(value));
      };
      for_each_record<T, true>(
          chunk, [&](auto&& record) { run(std::forward<decltype(record)>(record), emit); });
    }
    if constexpr (kHoldsViews<U>) out_.pass_on(*this);
  }
  void flush() override { out_.pass_on(*this); }
  void reset() noexcept override { out_.clear(); }

 private:
  const Chain& chain_;
  // Twice a chunk, so that a chunk's results need not push out the few that are held back.
  ChunkBuffer<U> out_{2 * chunk_capacity<U>()};
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
