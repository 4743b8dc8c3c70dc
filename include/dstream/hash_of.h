#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/detail/type_parts.h>
#include <dstream/hash.h>

namespace dstream {
inline namespace v1 {

template <class T>
std::uint64_t hash_of(const T& value, std::uint64_t seed);

/// Hashes the parts of a user's type one after the other; see `hash_append` at `Hashable`.
struct Hasher {
  std::uint64_t state;

  /// Adds `part`, any Hashable value, to the hash.
  template <class V>
  void operator()(const V& part) {
    state = hash_of(part, state);
  }
};

// A template, so that it does not need the header of Time.
template <detail::IsTime T>
void hash_append(Hasher& hasher, const T& time) {
  hasher(time.ns());
}

namespace detail {

template <class T>
concept HasHashAppend = requires(Hasher& hasher, const T& value) { hash_append(hasher, value); };

template <class T>
consteval Verdict hashability_of() {
  constexpr Shape kShape = kShapeOf<T>;
  if constexpr (HasHashAppend<T>) {
    return std::equality_comparable<T> ? Verdict::kYes : Verdict::kNo;
  } else if constexpr (DurationLike<T>) {
    return Verdict::kYes;
  } else if constexpr (kShape == Shape::kLeaf) {
    return Verdict::kNo;
  } else {
    return kShape == Shape::kScalar || kShape == Shape::kText ? Verdict::kYes : Verdict::kAskParts;
  }
}

template <class T>
struct HashParts {
  static constexpr Verdict kVerdict = hashability_of<T>();
};

/// The 64-bit word that stands for a number in the canonical form: integers, enums, `bool` and
/// `char` extended by their sign to 64 bits; floats as the bits of the double, with one zero and
/// one NaN.
template <class T>
constexpr std::uint64_t canonical_word(T value) {
  if constexpr (std::is_enum_v<T>) {
    return canonical_word(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    const double number = static_cast<double>(value);
    if (number != number) return 0x7ff8000000000000;
    return number == 0 ? 0 : std::bit_cast<std::uint64_t>(number);
  } else if constexpr (std::is_same_v<T, char>) {
    return static_cast<std::uint64_t>(std::int64_t{static_cast<signed char>(value)});
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(std::int64_t{value});
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

}  // namespace detail

/// A type that can be a key: numbers, enums, `bool`, text; pair, tuple, optional, vector, array and
/// plain structs of these; and any type with an equality operator and a function
/// `void hash_append(dstream::Hasher& h, const U& u)` in its own namespace that calls `h(part)`
/// for each part that takes part in the equality.
template <class T>
concept Hashable = detail::holds_for_all_parts<detail::HashParts, std::remove_cvref_t<T>>();

namespace detail {

/// Fails to compile, with a message that says what to do, unless `T` is Hashable.
template <class T>
constexpr void check_hashable() {
  constexpr bool kCanBeKey = Hashable<T>;  // not the concept: its failure adds notes
  static_assert(
      kCanBeKey,
      "dstream: this type cannot be a key: make it a plain struct of hashable fields, or "
      "give it operator== and, in its own namespace, a function "
      "void hash_append(dstream::Hasher& h, const U& u) that calls h(part) for each part");
}

template <class Elements>
std::uint64_t hash_elements(const Elements& elements, std::uint64_t hash) {
  for (const auto& element : elements) hash = hash_of(element, hash);
  return hash;
}

}  // namespace detail

/// The hash of `value` over its canonical form (docs/design/hash.md): the same on every machine and
/// in every run for the same seed, and the same for a string and a view of it.
template <class T>
std::uint64_t hash_of(const T& value, std::uint64_t seed) {
  using detail::Shape;
  constexpr Shape kShape = detail::kShapeOf<T>;
  if constexpr (detail::HasHashAppend<T>) {
    Hasher hasher{seed};
    hash_append(hasher, value);
    return hasher.state;
  } else if constexpr (detail::DurationLike<T>) {
    return hash_of(value.count(), seed);
  } else if constexpr (kShape == Shape::kScalar) {
    return detail::hash_word(detail::canonical_word(value), seed);
  } else if constexpr (kShape == Shape::kText) {
    return detail::hash_bytes(detail::text_of(value), seed);
  } else if constexpr (kShape == Shape::kTuple) {
    return std::apply(
        [seed](const auto&... part) {
          std::uint64_t hash = seed;
          ((hash = hash_of(part, hash)), ...);
          return hash;
        },
        value);
  } else if constexpr (kShape == Shape::kStruct) {
    return apply_fields(value, [seed](const auto&... part) {
      std::uint64_t hash = seed;
      ((hash = hash_of(part, hash)), ...);
      return hash;
    });
  } else if constexpr (kShape == Shape::kOptional) {
    const std::uint64_t hash = detail::hash_word(value.has_value() ? 1 : 0, seed);
    return value.has_value() ? hash_of(*value, hash) : hash;
  } else if constexpr (kShape == Shape::kVector) {
    return detail::hash_elements(value, detail::hash_word(value.size(), seed));
  } else if constexpr (kShape == Shape::kArray) {
    return detail::hash_elements(value, seed);
  } else {
    detail::check_hashable<T>();
    return seed;
  }
}

/// Whether two keys are equal in the canonical form that `hash_of` uses: as `==`, except that NaN
/// equals NaN, and that strings and views (also inside pair, tuple, optional, vector, array) may be
/// mixed. A type with `hash_append` is compared by its own `==`. Equal keys have equal hashes.
template <class A, class B>
bool key_equal(const A& a, const B& b) {
  using detail::Shape;
  constexpr Shape kShape = detail::kShapeOf<A>;
  if constexpr (detail::HasHashAppend<A> || detail::DurationLike<A>) {
    return a == b;
  } else if constexpr (kShape == Shape::kScalar) {
    static_assert(detail::kShapeOf<B> == Shape::kScalar, "keys of different shapes");
    return detail::canonical_word(a) == detail::canonical_word(b);
  } else if constexpr (kShape == Shape::kText) {
    return detail::text_of(a) == detail::text_of(b);
  } else if constexpr (kShape == Shape::kTuple) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (key_equal(std::get<I>(a), std::get<I>(b)) && ...);
    }(std::make_index_sequence<std::tuple_size_v<A>>());
  } else if constexpr (kShape == Shape::kStruct) {
    return apply_fields(a, [&b](const auto&... left) {
      return apply_fields(b, [&](const auto&... right) { return (key_equal(left, right) && ...); });
    });
  } else if constexpr (kShape == Shape::kOptional) {
    return a.has_value() == b.has_value() && (!a.has_value() || key_equal(*a, *b));
  } else if constexpr (kShape == Shape::kVector || kShape == Shape::kArray) {
    const std::size_t n = std::size(a);
    if (n != std::size(b)) return false;
    for (std::size_t i = 0; i < n; ++i) {
      if (!key_equal(a[i], b[i])) return false;
    }
    return true;
  } else {
    detail::check_hashable<A>();
    return false;
  }
}

}  // namespace v1
}  // namespace dstream
