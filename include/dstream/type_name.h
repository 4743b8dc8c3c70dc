#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace dstream {
inline namespace v1 {
namespace detail {

// The compiler's spelling of T, cut out of the function's signature.
template <class T>
consteval std::string_view spelled_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  const std::size_t start = text.find("T = ") + 4;
  text = text.substr(start, text.rfind(']') - start);
  // g++ explains aliases behind a semicolon.
  const std::size_t alias = text.find("; std::string_view = ");
  return alias == std::string_view::npos ? text : text.substr(0, alias);
}

// A constant string of up to N characters.
template <std::size_t N>
struct NameText {
  char text[N + 1] = {};
  std::size_t size = 0;

  constexpr void append(std::string_view part) {
    for (const char c : part) text[size++] = c;
  }
};

// Writes `name` without what differs between standard libraries and compilers.
template <std::size_t N>
constexpr void append_normalised(NameText<N>& out, std::string_view name) {
  constexpr std::string_view kDrop[] = {"std::__cxx11::", "std::__1::"};
  constexpr std::string_view kAnonymous[] = {"{anonymous}", "(anonymous namespace)"};
  while (!name.empty()) {
    std::size_t skip = 0;
    for (const std::string_view drop : kDrop) {
      if (name.starts_with(drop)) out.append("std::"), skip = drop.size();
    }
    for (const std::string_view anonymous : kAnonymous) {
      if (name.starts_with(anonymous)) out.append("(anonymous)"), skip = anonymous.size();
    }
    if (skip == 0) out.append(name.substr(0, skip = 1));
    name.remove_prefix(skip);
  }
}

// The part of a class template's spelling before its own arguments.
consteval std::string_view template_of(std::string_view name) {
  int depth = 0;
  for (std::size_t i = name.size(); i-- > 0;) {
    if (name[i] == '>') ++depth;
    if (name[i] == '<' && --depth == 0) return name.substr(0, i);
  }
  return name;
}

template <class T>
struct TypeNameOf;

// "Template<A,B>": the names of the arguments are ours, not the compiler's.
template <std::size_t N, class... Args>
consteval auto join_name(std::string_view name) {
  NameText<N + 2 + (0 + ... + (TypeNameOf<Args>::kText.size + 1))> out;
  append_normalised(out, name);
  out.append("<");
  bool first = true;
  ((out.append(first ? "" : ","), first = false,
    out.append({TypeNameOf<Args>::kText.text, TypeNameOf<Args>::kText.size})),
   ...);
  out.append(">");
  return out;
}

constexpr auto literal_name(std::string_view name) {
  NameText<16> out;
  out.append(name);
  return out;
}

template <class T>
consteval auto plain_name() {
  constexpr std::string_view kName = spelled_name<T>();
  NameText<kName.size() + 4> out;
  append_normalised(out, kName);
  return out;
}

template <class T>
struct TypeNameOf {
  static constexpr auto kText = plain_name<T>();
};
template <template <class...> class C, class... Args>
struct TypeNameOf<C<Args...>> {
  static constexpr std::string_view kTemplate = template_of(spelled_name<C<Args...>>());
  static constexpr auto kText = join_name<kTemplate.size(), Args...>(kTemplate);
};
template <class T>
struct TypeNameOf<std::vector<T>> {
  static constexpr auto kText = join_name<11, T>("std::vector");
};
template <class T, std::size_t N>
struct TypeNameOf<std::array<T, N>> {
  static constexpr auto kText =
      join_name<10, T, std::integral_constant<std::size_t, N>>("std::array");
};
template <std::size_t N>
struct TypeNameOf<std::integral_constant<std::size_t, N>> {
  static constexpr auto kText = [] {
    NameText<20> out;
    std::size_t scale = 1;
    while (N / scale >= 10) scale *= 10;
    for (; scale > 0; scale /= 10) out.text[out.size++] = static_cast<char>('0' + N / scale % 10);
    return out;
  }();
};
template <class T>
struct TypeNameOf<const T> {
  static constexpr auto kText = [] {
    NameText<6 + TypeNameOf<T>::kText.size> out;
    out.append("const ");
    out.append({TypeNameOf<T>::kText.text, TypeNameOf<T>::kText.size});
    return out;
  }();
};

template <>
struct TypeNameOf<std::string> {
  static constexpr auto kText = literal_name("std::string");
};
template <>
struct TypeNameOf<std::string_view> {
  static constexpr auto kText = literal_name("std::string_view");
};
template <class T>
  requires(std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::int16_t> ||
           std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::int64_t>)
struct TypeNameOf<T> {
  static constexpr auto kText = literal_name(sizeof(T) == 1   ? "int8"
                                             : sizeof(T) == 2 ? "int16"
                                             : sizeof(T) == 4 ? "int32"
                                                              : "int64");
};
template <class T>
  requires(std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t> ||
           std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t>)
struct TypeNameOf<T> {
  static constexpr auto kText = literal_name(sizeof(T) == 1   ? "uint8"
                                             : sizeof(T) == 2 ? "uint16"
                                             : sizeof(T) == 4 ? "uint32"
                                                              : "uint64");
};

}  // namespace detail

/// The name of `T`, the same from every compiler for types made of numbers, text, classes and class
/// templates over types: "int64", "std::pair<std::string,int64>", "bank::Bid". It serves as the
/// type's identity, so two types in anonymous namespaces that are spelled alike are taken for one.
/// Templates with other than type arguments, and types local to a function, are spelled as the
/// compiler spells them. Valid for ever.
template <class T>
constexpr std::string_view type_name() {
  constexpr const auto& kText = detail::TypeNameOf<T>::kText;
  return {kText.text, kText.size};
}

}  // namespace v1
}  // namespace dstream
