#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/reflect.h>

namespace dstream {
inline namespace v1 {

class Time;

namespace detail {

/// How the library looks at a type: every generic operation (hash, codec, format, owning copies)
/// distinguishes the same shapes.
enum class Shape {
  kLeaf,      ///< has no parts that are known
  kScalar,    ///< arithmetic or enum
  kText,      ///< string, string_view, pointer to char, array of char
  kTuple,     ///< std::pair, std::tuple
  kOptional,  ///< std::optional
  kVector,    ///< std::vector
  kArray,     ///< std::array, C array
  kStruct,    ///< plain struct
};

// A class with elements that is not its own element type.
template <class T>
concept Container = requires(const T& t) {
  typename T::value_type;
  t.begin();
  t.end();
} && !std::is_same_v<typename T::value_type, T>;

template <class T>
concept IsTime = std::same_as<T, Time>;

// std::chrono::duration, without its header.
template <class T>
concept DurationLike = requires(const T& t) {
  typename T::rep;
  typename T::period;
  { t.count() } -> std::same_as<typename T::rep>;
};

// The types that may be inside a class whose shape is not known.
template <class T>
struct InnerTypes {
  using List = TypeList<>;
};
template <Container T>
struct InnerTypes<T> {
  using List = TypeList<typename T::value_type>;
};
template <template <class...> class Variant, class... T>
  requires requires(const Variant<T...>& v) { v.valueless_by_exception(); }
struct InnerTypes<Variant<T...>> {
  using List = TypeList<T...>;
};

// The parts of a type, as a TypeList, beside its shape.
template <class T>
struct TypeParts {
  static constexpr Shape kShape =
      std::is_arithmetic_v<T> || std::is_enum_v<T> ? Shape::kScalar : Shape::kLeaf;
  using List = typename InnerTypes<T>::List;
};

template <PlainStruct T>
struct TypeParts<T> {
  static constexpr Shape kShape = Shape::kStruct;
  using List = FieldTypes<T>;
};

template <Shape shape, class... Parts>
struct Composite {
  static constexpr Shape kShape = shape;
  using List = TypeList<Parts...>;
};

template <class Traits, class Alloc>
struct TypeParts<std::basic_string<char, Traits, Alloc>> : Composite<Shape::kText> {};
template <>
struct TypeParts<std::string_view> : Composite<Shape::kText> {};
template <>
struct TypeParts<const char*> : Composite<Shape::kText> {};
template <>
struct TypeParts<char*> : Composite<Shape::kText> {};
template <std::size_t N>
struct TypeParts<char[N]> : Composite<Shape::kText> {};

template <class A, class B>
struct TypeParts<std::pair<A, B>> : Composite<Shape::kTuple, A, B> {};
template <class... T>
struct TypeParts<std::tuple<T...>> : Composite<Shape::kTuple, T...> {};
template <class T>
struct TypeParts<std::optional<T>> : Composite<Shape::kOptional, T> {};
template <class T, class Alloc>
struct TypeParts<std::vector<T, Alloc>> : Composite<Shape::kVector, T> {};
template <class T, std::size_t N>
struct TypeParts<std::array<T, N>> : Composite<Shape::kArray, T> {};
template <class T, std::size_t N>
struct TypeParts<T[N]> : Composite<Shape::kArray, T> {};

template <class T>
inline constexpr Shape kShapeOf = TypeParts<std::remove_cv_t<T>>::kShape;

/// The text of a string, a view, a NUL-terminated pointer, or an array up to its first NUL.
inline std::string_view text_of(std::string_view text) { return text; }
template <std::size_t N>
std::string_view text_of(const char (&text)[N]) {
  const void* end = std::memchr(text, 0, N);
  return {text,
          end == nullptr ? N : static_cast<std::size_t>(static_cast<const char*>(end) - text)};
}

/// What a trait says of one type before its parts are looked at.
enum class Verdict { kYes, kNo, kAskParts };

// Whether Trait<X>::kVerdict is yes for T or for all of its parts, whole depth. `Seen` holds the
// structs on the way down: one that contains itself through a vector is not asked again.
template <template <class> class Trait, class T, class... Seen>
consteval bool holds_for_all_parts();

template <template <class> class Trait, class... Seen, class... Parts>
consteval bool holds_for_list(TypeList<Parts...>) {
  return (holds_for_all_parts<Trait, std::remove_cv_t<Parts>, Seen...>() && ...);
}

template <template <class> class Trait, class T, class... Seen>
consteval bool holds_for_all_parts() {
  if constexpr ((std::is_same_v<T, Seen> || ...)) {
    return true;
  } else if constexpr (Trait<T>::kVerdict != Verdict::kAskParts) {
    return Trait<T>::kVerdict == Verdict::kYes;
  } else {
    return holds_for_list<Trait, T, Seen...>(typename TypeParts<T>::List());
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
