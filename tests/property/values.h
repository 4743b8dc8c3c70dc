#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "property/rng.h"

/// The element types of the random graphs, and what the graphs' callables do with them. The
/// functions that compute on numbers are compiled once, in values.cc, so that engine and oracle
/// run the same instructions.
namespace property {

struct Reading {
  std::int32_t sensor = 0;
  double value = 0;
  bool valid = false;
};

using Int = std::int64_t;
using TextCount = std::pair<std::string, Int>;
using ViewCount = std::pair<std::string_view, Int>;
using IdReal = std::pair<Int, double>;

enum class Type : std::uint8_t {
  integer,
  real,
  text,
  view,
  text_count,
  view_count,
  id_real,
  reading,
};
inline constexpr std::size_t kTypes = 8;

// clang-format off
template <class T> inline constexpr Type kTypeOf = Type::integer;
template <> inline constexpr Type kTypeOf<double> = Type::real;
template <> inline constexpr Type kTypeOf<std::string> = Type::text;
template <> inline constexpr Type kTypeOf<std::string_view> = Type::view;
template <> inline constexpr Type kTypeOf<TextCount> = Type::text_count;
template <> inline constexpr Type kTypeOf<ViewCount> = Type::view_count;
template <> inline constexpr Type kTypeOf<IdReal> = Type::id_real;
template <> inline constexpr Type kTypeOf<Reading> = Type::reading;

/// What the oracle keeps of a T: itself, or text where it is a view.
template <class T> struct HeldType { using type = T; };
template <> struct HeldType<std::string_view> { using type = std::string; };
template <> struct HeldType<ViewCount> { using type = TextCount; };
template <class T> using Held = typename HeldType<T>::type;

/// A held record as the callables of a stream of T see it.
template <class T> const T& seen(const T& held) { return held; }
template <class T> requires std::is_same_v<T, std::string_view>
std::string_view seen(const std::string& held) { return held; }
template <class T> requires std::is_same_v<T, ViewCount>
ViewCount seen(const TextCount& held) { return {held.first, held.second}; }
// clang-format on

/// A word that depends on every bit of a value.
std::uint64_t word(Int value);
inline std::uint64_t word(std::int32_t value) { return word(Int{value}); }
std::uint64_t word(double value);
std::uint64_t word(std::string_view value);
std::uint64_t word(const Reading& value);
inline std::uint64_t word(const std::string& value) { return word(std::string_view(value)); }
// Of what operators make; declared together, for results nest.
template <class T>
std::uint64_t word(const std::optional<T>& value);
template <class T>
std::uint64_t word(const std::vector<T>& values);
template <class... T>
std::uint64_t word(const std::tuple<T...>& values);
template <class A, class B>
std::uint64_t word(const std::pair<A, B>& value) {
  return mix(word(value.first) * 31 + word(value.second));
}
template <class T>
std::uint64_t word(const std::optional<T>& value) {
  return value ? mix(word(*value) + 5) : 99;
}
template <class T>
std::uint64_t word(const std::vector<T>& values) {
  std::uint64_t chain = values.size();
  for (const T& value : values) chain = mix(chain * 31 + word(value));
  return chain;
}
template <class... T>
std::uint64_t word(const std::tuple<T...>& values) {
  return std::apply(
      [](const T&... value) {
        std::uint64_t chain = 0;
        ((chain = mix(chain * 31 + word(value))), ...);
        return chain;
      },
      values);
}

/// A value made of a word.
Int make_int(std::uint64_t w);
double make_real(std::uint64_t w);
std::string make_text(std::uint64_t w);
template <class T>
T make(std::uint64_t w) {
  // clang-format off
  if constexpr (std::is_same_v<T, Int>) return make_int(w);
  else if constexpr (std::is_same_v<T, double>) return make_real(w);
  else if constexpr (std::is_same_v<T, std::string>) return make_text(w);
  else if constexpr (std::is_same_v<T, Reading>)
    return {static_cast<std::int32_t>(make_int(w) % 1000), make_real(mix(w)), w % 3 == 0};
  else return {make<typename T::first_type>(w), make<typename T::second_type>(mix(w ^ 77))};
  // clang-format on
}

/// How a fold combines two values.
enum class Fold : std::uint8_t {
  largest,     ///< the one with the larger word: the same in any order
  smallest,    ///< likewise
  last,        ///< depends on the order
  first,       ///< depends on the order
  accumulate,  ///< depends on the order and on where slices end
};

Int fold_value(Fold how, Int a, Int b);
double fold_value(Fold how, double a, double b);
std::string fold_value(Fold how, std::string a, std::string_view b);
Reading fold_value(Fold how, const Reading& a, const Reading& b);
template <class A, class B, class C, class D>
std::pair<A, B> fold_value(Fold how, std::pair<A, B> a, const std::pair<C, D>& b) {
  return {fold_value(how, std::move(a.first), b.first),
          fold_value(how, std::move(a.second), b.second)};
}

/// Bytes that are the same for the keys that the engine must hold equal: -0.0 and 0.0, all NaNs.
std::string key_bytes(Int key);
inline std::string key_bytes(std::int32_t key) { return key_bytes(Int{key}); }
std::string key_bytes(double key);
std::string key_bytes(const Reading& key);
inline std::string key_bytes(std::string_view key) { return std::string(key); }
template <class A, class B>
std::string key_bytes(const std::pair<A, B>& key) {
  std::string first = key_bytes(key.first);
  const std::string size = key_bytes(static_cast<Int>(first.size()));
  return size + first + key_bytes(key.second);
}

/// Bytes that are the same for equal bit patterns only.
std::string exact_bytes(Int value);
std::string exact_bytes(double value);
std::string exact_bytes(const Reading& value);
inline std::string exact_bytes(const std::string& value) { return value; }
template <class A, class B>
std::string exact_bytes(const std::pair<A, B>& value) {
  std::string first = exact_bytes(value.first);
  const std::string size = exact_bytes(static_cast<Int>(first.size()));
  return size + first + exact_bytes(value.second);
}

/// A value for people, with escapes.
std::string show(Int value);
std::string show(double value);
std::string show(const Reading& value);
std::string show(std::string_view value);
inline std::string show(const std::string& value) { return show(std::string_view(value)); }
template <class A, class B>
std::string show(const std::pair<A, B>& value) {
  return "(" + show(value.first) + ", " + show(value.second) + ")";
}

/// What a random batch of a source looks like.
enum class Shape : std::uint8_t { mixed, skewed, distinct };

/// The i-th record of a random batch.
Int random_value(Rng& rng, Shape shape, std::uint64_t i, Int);
double random_value(Rng& rng, Shape shape, std::uint64_t i, double);
std::string random_value(Rng& rng, Shape shape, std::uint64_t i, const std::string&);
Reading random_value(Rng& rng, Shape shape, std::uint64_t i, const Reading&);
template <class A, class B>
std::pair<A, B> random_value(Rng& rng, Shape shape, std::uint64_t i, const std::pair<A, B>&) {
  A first = random_value(rng, shape, i, A{});
  return {std::move(first), random_value(rng, Shape::mixed, i, B{})};
}

}  // namespace property
