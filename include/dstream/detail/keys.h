#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_entry.h>
#include <dstream/detail/combine_fold.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/key_source.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// Where a keyed shuffle gets its keys: each class has `source<T>()`, the KeySource for records of T,
// and for keys that are neither text nor integers `Block<T>`, the keys of a block of records.

/// Writes the keys that Part makes of the records.
template <class T, class Part>
void part_keys(const void*, const void* record_bytes, std::size_t count, void* keys, KeyTexts&) {
  using K = std::remove_cvref_t<decltype(Part()(*static_cast<const T*>(record_bytes)))>;
  const T* const records = static_cast<const T*>(record_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (kKeyKind<Owned<K>> == KeyKind::kText) {
      static_cast<std::string_view*>(keys)[i] = Part()(records[i]);
    } else {
      static_cast<std::uint64_t*>(keys)[i] = canonical_word(Part()(records[i]));
    }
  }
}

/// Keys that are a part of the record.
template <class Part>
struct PartAsKey {
  template <class T>
  class Block {
   public:
    Block(const KeySource&, const T* records, std::size_t, KeyTexts&) : records_(records) {}
    const auto& operator[](std::size_t i) const { return Part()(records_[i]); }

   private:
    const T* records_;
  };

  template <class T>
  KeySource source() const {
    using K = std::remove_cvref_t<decltype(Part()(std::declval<const T&>()))>;
    if constexpr (kKeyKind<Owned<K>> == KeyKind::kAny) {
      return {sizeof(T), nullptr, nullptr};
    } else {
      return {sizeof(T), &part_keys<T, Part>, nullptr};
    }
  }
};

struct FirstOfPair {
  template <class Pair>
  const auto& operator()(const Pair& pair) const noexcept {
    return pair.first;
  }
};

/// The record is its own key.
using RecordAsKey = PartAsKey<IdentityKey>;

/// The first of a pair is the key.
struct PairKey : PartAsKey<FirstOfPair> {
  using First = FirstOfPair;
};

/// The keys of a block that a user's function has made, which is called here. `K` is what it returns.
template <class K, KeyKind kKind = kKeyKind<Owned<K>>>
class MadeKeys {
 public:
  MadeKeys(const KeySource& source, const void* records, std::size_t count, KeyTexts& texts) {
    source.keys(source.function.get(), records, count, this, texts);
  }
  MadeKeys(const MadeKeys&) = delete;
  MadeKeys& operator=(const MadeKeys&) = delete;
  ~MadeKeys() {
    while (made_ != 0) data()[--made_].~K();
  }

  template <class F, class T>
  static void make(const F& f, const T* records, std::size_t count, void* keys, KeyTexts&) {
    auto& made = *static_cast<MadeKeys*>(keys);
    for (std::size_t i = 0; i < count; ++i, ++made.made_) {
      ::new (static_cast<void*>(made.data() + i)) K(f(records[i]));
    }
  }
  K& operator[](std::size_t i) { return data()[i]; }

 private:
  K* data() { return reinterpret_cast<K*>(bytes_); }

  std::size_t made_ = 0;
  alignas(K) std::byte bytes_[kCombineBlock * sizeof(K)];
};

template <class K>
class MadeKeys<K, KeyKind::kInteger> {
 public:
  MadeKeys(const KeySource& source, const void* records, std::size_t count, KeyTexts& texts) {
    source.keys(source.function.get(), records, count, words_, texts);
  }
  template <class F, class T>
  static void make(const F& f, const T* records, std::size_t count, void* keys, KeyTexts&) {
    auto* const words = static_cast<std::uint64_t*>(keys);
    for (std::size_t i = 0; i < count; ++i)
      words[i] = canonical_word(static_cast<K>(f(records[i])));
  }
  K operator[](std::size_t i) const { return static_cast<K>(words_[i]); }

 private:
  std::uint64_t words_[kCombineBlock];
};

template <class K>
class MadeKeys<K, KeyKind::kText> {
 public:
  MadeKeys(const KeySource& source, const void* records, std::size_t count, KeyTexts& texts) {
    source.keys(source.function.get(), records, count, views_, texts);
  }
  template <class F, class T>
  static void make(const F& f, const T* records, std::size_t count, void* keys, KeyTexts& texts) {
    using Result = decltype(f(records[0]));
    auto* const views = static_cast<std::string_view*>(keys);
    for (std::size_t i = 0; i < count; ++i) {
      if constexpr (std::is_same_v<Result, std::string> || std::is_same_v<Result, std::string&&>) {
        views[i] = texts.hold(f(records[i]));
      } else {
        views[i] = f(records[i]);
      }
    }
  }
  std::string_view operator[](std::size_t i) const { return views_[i]; }

 private:
  std::string_view views_[kCombineBlock];
};

/// The keys of a block, computed by a user's key function behind one indirect call per block, so
/// that the function's type stays out of the keyed stream's type.
template <class T, class K>
class ComputedKeys {
 public:
  template <class>
  using Block = MadeKeys<K>;

  template <class F>
  explicit ComputedKeys(F f)
      : source_{sizeof(T), &compute<F>, keep(new F(std::move(f)), &destroy_object<F>)} {}

  template <class>
  const KeySource& source() const {
    return source_;
  }

 private:
  template <class F>
  static void compute(const void* function, const void* records, std::size_t count, void* keys,
                      KeyTexts& texts) {
    texts.clear();
    MadeKeys<K>::make(*static_cast<const F*>(function), static_cast<const T*>(records), count, keys,
                      texts);
  }

  KeySource source_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
