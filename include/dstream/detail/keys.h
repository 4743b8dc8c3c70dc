#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/combine_fold.h>
#include <dstream/detail/kept.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// Where a keyed shuffle gets its keys. `of(records, scratch)` gives a function from a record of
// that run to its key.

/// The record is its own key.
struct RecordAsKey {
  struct Scratch {};
  template <class T>
  IdentityKey of(std::span<const T>, Scratch&) const {
    return {};
  }
};

/// The first of a pair is the key.
struct PairKey {
  struct Scratch {};
  struct First {
    template <class Pair>
    const auto& operator()(const Pair& pair) const noexcept {
      return pair.first;
    }
  };
  template <class T>
  First of(std::span<const T>, Scratch&) const {
    return {};
  }
};

template <class K>
inline constexpr bool kIsText =
    std::is_same_v<K, std::string> || std::is_same_v<K, std::string_view>;

/// The keys of one chunk, computed by a user's key function behind one indirect call per chunk, so
/// that the function's type stays out of the keyed stream's type.
template <class T, class K>
class ComputedKeys {
 public:
  /// Keys side by side; text as views of `texts` where the function made it.
  struct Scratch {
    Array<std::conditional_t<kIsText<K>, std::string_view, K>> keys;
    std::vector<std::string> texts;
  };

  template <class F>
  explicit ComputedKeys(F f)
      : function_(keep(new F(std::move(f)), &destroy_object<F>)), compute_(&compute<F>) {}

  auto of(std::span<const T> records, Scratch& scratch) const {
    scratch.keys.clear();
    compute_(function_.get(), records, scratch);
    return [first = records.data(), keys = scratch.keys.data()](const T& record) -> const auto& {
      return keys[&record - first];
    };
  }

  /// The key of one record.
  K operator()(const T& record) const {
    Scratch scratch;
    compute_(function_.get(), {&record, 1}, scratch);
    return K(scratch.keys.data()[0]);
  }

 private:
  template <class F>
  static void compute(const void* function, std::span<const T> records, Scratch& scratch) {
    const F& f = *static_cast<const F*>(function);
    using Result = decltype(f(records[0]));
    scratch.keys.reserve(records.size());
    if constexpr (std::is_same_v<std::remove_cvref_t<Result>, std::string> &&
                  !std::is_lvalue_reference_v<Result>) {
      scratch.texts.clear();
      scratch.texts.reserve(records.size());
      for (const T& record : records) scratch.keys.push_back(scratch.texts.emplace_back(f(record)));
    } else {
      for (const T& record : records) scratch.keys.push_back(f(record));
    }
  }

  std::shared_ptr<const void> function_;
  void (*compute_)(const void*, std::span<const T>, Scratch&);
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
