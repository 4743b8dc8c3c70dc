#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/keys.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/step.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// map_values on pairs, as a callable for MapStep; keys move along where the pair may be taken apart.
template <class Pair, class Result, class F>
struct MapValues {
  F f;
  Result operator()(const Pair& pair) const {
    return Result(pair.first, call_with(f, pair.second));
  }
  Result operator()(Pair&& pair) const {
    // The value first: f may look at nothing but it.
    auto&& value = call_with(f, std::move(pair.second));
    return Result(std::move(pair.first), std::forward<decltype(value)>(value));
  }
};

/// flat_map_values on pairs, as a callable for FlatMapStep.
template <class Pair, class Result, class F>
struct FlatMapValues {
  F f;
  template <class Emit>
  void operator()(const Pair& pair, Emit& emit) const {
    const auto emit_value = [&](auto&& value) {
      emit(Result(pair.first, std::forward<decltype(value)>(value)));
    };
    if constexpr (std::is_invocable_v<const F&, const typename Pair::second_type&,
                                      decltype(emit_value)&>) {
      f(pair.second, emit_value);
    } else {
      for (auto&& value : call_with(f, pair.second)) {
        emit_value(std::forward<decltype(value)>(value));
      }
    }
  }
};

/// A key function and a callable for the record.
template <class T, class K, class F>
struct KeyedCallable {
  ComputedKeys<T, K> keys;
  F f;
};

/// Makes pairs (key, f(record)); the keys are computed chunk by chunk.
template <class T, class K, class U, class F>
class KeyedMapStep final : public Step {
 public:
  explicit KeyedMapStep(const KeyedCallable<T, K, F>& callable) : callable_(callable) {}

  void process(Chunk chunk) override {
    const auto records = chunk.records<T>();
    for (std::size_t begin = 0; begin < records.size(); begin += kCombineBlock) {
      add_block(records.subspan(
          begin, records.size() - begin < kCombineBlock ? records.size() - begin : kCombineBlock));
    }
    out_.pass_on(*this);
  }
  void reset() noexcept override { out_.clear(); }

 private:
  void add_block(std::span<const T> records) {
    MadeKeys<K> keys(callable_.keys.template source<T>(), records.data(), records.size(), texts_);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (out_.full()) out_.pass_on(*this);
      out_.emplace(K(keys[i]), call_with(callable_.f, records[i]));
    }
  }

  const KeyedCallable<T, K, F>& callable_;
  KeyTexts texts_;
  ChunkBuffer<std::pair<K, U>> out_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
