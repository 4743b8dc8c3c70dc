#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/type_parts.h>

namespace dstream {
inline namespace v1 {
namespace detail {

template <class T>
struct OwnedOf {
  using type = T;
};
template <>
struct OwnedOf<std::string_view> {
  using type = std::string;
};
template <class A, class B>
struct OwnedOf<std::pair<A, B>> {
  using type = std::pair<typename OwnedOf<A>::type, typename OwnedOf<B>::type>;
};
template <class... T>
struct OwnedOf<std::tuple<T...>> {
  using type = std::tuple<typename OwnedOf<T>::type...>;
};
template <class T>
struct OwnedOf<std::optional<T>> {
  using type = std::optional<typename OwnedOf<T>::type>;
};
template <class T>
struct OwnedOf<std::vector<T>> {
  using type = std::vector<typename OwnedOf<T>::type>;
};
template <class T, std::size_t N>
struct OwnedOf<std::array<T, N>> {
  using type = std::array<typename OwnedOf<T>::type, N>;
};

}  // namespace detail

/// The type in which the library keeps a `T` beyond its chunk: `std::string` for
/// `std::string_view`, also inside pair, tuple, optional, vector and array; any other type itself.
template <class T>
using Owned = typename detail::OwnedOf<std::remove_cvref_t<T>>::type;

/// An owning copy of `value`. Parts of an rvalue are moved; text behind views is copied.
template <class T>
constexpr Owned<T> own(T&& value) {
  using Value = std::remove_cvref_t<T>;
  using Result = Owned<T>;
  constexpr detail::Shape kShape = detail::kShapeOf<Value>;
  if constexpr (std::is_same_v<Value, Result> || kShape == detail::Shape::kText) {
    return Result(std::forward<T>(value));
  } else if constexpr (kShape == detail::Shape::kOptional) {
    return value.has_value() ? Result(own(*std::forward<T>(value))) : Result();
  } else if constexpr (kShape == detail::Shape::kVector) {
    Result result;
    result.reserve(value.size());
    for (auto& element : value) {
      if constexpr (std::is_lvalue_reference_v<T>) {
        result.push_back(own(element));
      } else {
        result.push_back(own(std::move(element)));
      }
    }
    return result;
  } else {
    // pair, tuple, array: std::get of an rvalue gives rvalues, each part is moved at most once.
    return [&value]<std::size_t... I>(std::index_sequence<I...>) {
      return Result{own(std::get<I>(std::forward<T>(value)))...};
    }(std::make_index_sequence<std::tuple_size_v<Value>>());
  }
}

namespace detail {

// A class that offers get() -> T& and is no bigger than a pointer: std::reference_wrapper, without
// its header.
template <class T>
concept ReferenceWrapper = requires(const T& t) {
  typename T::type;
  { t.get() } -> std::same_as<typename T::type&>;
  static_cast<typename T::type&>(t);
} && sizeof(T) == sizeof(void*);

template <class T>
concept Span = requires(const T& t) {
  T::extent;
  { t.data() } -> std::same_as<typename T::element_type*>;
};

template <class T>
inline constexpr bool kIsStringView = false;
template <class Char, class Traits>
inline constexpr bool kIsStringView<std::basic_string_view<Char, Traits>> = true;

template <class T>
consteval Verdict ownership_of() {
  if constexpr (std::is_pointer_v<T>) {
    return std::is_function_v<std::remove_pointer_t<T>> ? Verdict::kYes : Verdict::kNo;
  } else if constexpr (kIsStringView<T> || Span<T> || ReferenceWrapper<T>) {
    return Verdict::kNo;
  } else if constexpr (kUnreadableAggregate<T>) {
    return Verdict::kNo;
  } else {
    return Verdict::kAskParts;
  }
}

template <class T>
struct OwnsContents {
  static constexpr Verdict kVerdict = ownership_of<T>();
};

}  // namespace detail

/// Whether a `T` refers to data that it does not own: it is, or one of its fields or elements is, a
/// string_view, span, reference_wrapper or raw pointer. Classes with private fields are taken to
/// own what they hold, and so are aggregates with base classes; the elements of containers and
/// variants are looked at.
template <class T>
inline constexpr bool kHoldsViews =
    !detail::holds_for_all_parts<detail::OwnsContents, std::remove_cvref_t<T>>();

/// A type whose owned form holds no views: the library may keep it beyond its chunk.
template <class T>
concept Retainable = !kHoldsViews<Owned<T>>;

namespace detail {

/// Fails to compile, with a message that says what to do, unless `T` is Retainable.
template <class T>
constexpr void check_retainable() {
  constexpr bool kOwnsItsData = Retainable<T>;  // not the concept: its failure adds notes
  static_assert(kOwnsItsData,
                "dstream: the engine must keep this value, but it contains a view, a reference or "
                "a raw pointer: use an owning type such as std::string in the struct");
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
