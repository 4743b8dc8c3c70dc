#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/byte_reader.h>
#include <dstream/detail/type_parts.h>

namespace dstream {
inline namespace v1 {

template <class T>
struct Codec;

/// Appends a length: 7 bits a byte, low bits first, the top bit set in all but the last byte.
DSTREAM_EXPORT void write_size(std::string& out, std::size_t size);
/// Appends the length of `text` and its bytes.
DSTREAM_EXPORT void write_text(std::string& out, std::string_view text);

namespace detail {

/// Appends `size` bytes; out of line, which saves every user of the header compile time.
DSTREAM_EXPORT void append_bytes(std::string& out, const void* bytes, std::size_t size);

template <class T>
concept FixedWidth =
    (std::is_arithmetic_v<T> && !std::is_same_v<T, long double>) || std::is_enum_v<T>;

// Numbers whose bytes in memory are their code, so that a run of them is copied at once.
template <class T>
concept CopiedNumber =
    FixedWidth<T> && !std::is_same_v<T, bool> && std::endian::native == std::endian::little;

// Maps, sets, lists.
template <class T>
concept InsertingContainer = Container<T> && requires(T& t, typename T::value_type& v) {
  t.size();
  t.insert(t.end(), std::move(v));
};

template <class T>
consteval Verdict codec_of() {
  constexpr Shape kShape = kShapeOf<T>;
  if constexpr (std::is_array_v<T>) {
    return std::is_same_v<T, char[std::extent_v<T>]> ? Verdict::kYes : Verdict::kAskParts;
  } else if constexpr (!requires { typename Codec<T>::BuiltIn; }) {
    return Verdict::kYes;
  } else if constexpr (kShape == Shape::kScalar) {
    return FixedWidth<T> ? Verdict::kYes : Verdict::kNo;
  } else if constexpr (kShape == Shape::kText) {
    return std::is_same_v<T, std::string> ? Verdict::kYes : Verdict::kNo;
  } else if constexpr (DurationLike<T>) {
    return FixedWidth<typename T::rep> ? Verdict::kYes : Verdict::kNo;
  } else if constexpr (IsTime<T>) {
    return Verdict::kYes;
  } else if constexpr (kShape == Shape::kLeaf && !InsertingContainer<T>) {
    return Verdict::kNo;
  } else {
    return Verdict::kAskParts;
  }
}

template <class T>
struct CodesParts {
  static constexpr Verdict kVerdict = codec_of<T>();
};

template <class T>
using Bits = std::conditional_t<
    sizeof(T) == 1, std::uint8_t,
    std::conditional_t<sizeof(T) == 2, std::uint16_t,
                       std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

template <class Word>
constexpr Word little_endian(Word word) {
  if constexpr (std::endian::native == std::endian::little || sizeof(Word) == 1) {
    return word;
  } else {
    Word swapped = 0;
    for (std::size_t i = 0; i < sizeof(Word); ++i) {
      swapped = static_cast<Word>(swapped << 8 | ((word >> (8 * i)) & 0xff));
    }
    return swapped;
  }
}

template <class T>
void encode_number(std::string& out, T value) {
  const Bits<T> word = little_endian(std::bit_cast<Bits<T>>(value));
  append_bytes(out, &word, sizeof word);
}

template <class T>
T decode_number(ByteReader& in) {
  Bits<T> word;
  std::memcpy(&word, in.take(sizeof word).data(), sizeof word);
  word = little_endian(word);
  if constexpr (std::is_same_v<T, bool>) {
    if (word > 1) throw_corrupt("a bool is neither 0 nor 1");
    return word == 1;
  } else {
    return std::bit_cast<T>(word);
  }
}

template <class T>
void encode_part(std::string& out, const T& part);

template <class Elements>
void encode_elements(std::string& out, const Elements& elements) {
  for (const auto& element : elements) encode_part(out, element);
}

// A part of a value: what has a codec, or a C array, which has none because no function can return
// one.
template <class T>
void encode_part(std::string& out, const T& part) {
  if constexpr (std::is_array_v<T>) {
    encode_elements(out, part);
  } else {
    Codec<T>::encode(out, part);
  }
}

template <class Vector>
void encode_vector(std::string& out, const Vector& values) {
  using Element = typename Vector::value_type;
  write_size(out, values.size());
  if constexpr (CopiedNumber<Element>) {
    append_bytes(out, values.data(), values.size() * sizeof(Element));
  } else {
    encode_elements(out, values);
  }
}

template <class Vector>
Vector decode_vector(ByteReader& in) {
  using Element = typename Vector::value_type;
  const std::size_t size = in.read_size();
  Vector values;
  if constexpr (CopiedNumber<Element>) {
    if (size == 0) return values;
    if (size > in.remaining() / sizeof(Element)) throw_corrupt("the data end too early");
    values.resize(size);
    std::memcpy(values.data(), in.take(size * sizeof(Element)).data(), size * sizeof(Element));
  } else {
    // A damaged length may stand for no more memory than the bytes that are there.
    values.reserve(size < in.remaining() / sizeof(Element) ? size
                                                           : in.remaining() / sizeof(Element));
    for (std::size_t i = 0; i < size; ++i) values.push_back(Codec<Element>::decode(in));
  }
  return values;
}

template <class T>
T decode_container(ByteReader& in) {
  using Element = typename T::value_type;
  const std::size_t size = in.read_size();
  T container;
  for (std::size_t i = 0; i < size; ++i) {
    container.insert(container.end(), Codec<Element>::decode(in));
  }
  return container;
}

// Fills a field in place: the only way to read a C array.
template <class T>
void decode_into(ByteReader& in, T& value) {
  if constexpr (std::is_array_v<T>) {
    for (auto& element : value) decode_into(in, element);
  } else {
    value = Codec<T>::decode(in);
  }
}

template <class... T>
constexpr bool any_array(TypeList<T...>) {
  return (std::is_array_v<T> || ...);
}

template <class T, class... Field>
T decode_fields(ByteReader& in, TypeList<Field...> fields) {
  if constexpr (any_array(fields)) {
    T value{};
    for_each_field(value, [&in](auto& field) { decode_into(in, field); });
    return value;
  } else {
    // Elements of a braced list are evaluated from left to right.
    return T{Codec<std::remove_cv_t<Field>>::decode(in)...};
  }
}

template <class T, std::size_t... I>
T decode_array(ByteReader& in, std::index_sequence<I...>) {
  return T{((void)I, Codec<typename T::value_type>::decode(in))...};
}

// A value without parts is one zero byte: no code is empty.
inline void decode_nothing(ByteReader& in) {
  if (in.take(1)[0] != std::byte{0}) throw_corrupt("an empty value is not a zero byte");
}

template <class T>
consteval bool has_no_parts() {
  if constexpr (kShapeOf<T> == Shape::kArray) {
    return std::tuple_size_v<T> == 0;
  } else {
    return std::is_same_v<typename TypeParts<T>::List, TypeList<>>;
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
