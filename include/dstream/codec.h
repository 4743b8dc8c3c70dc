#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/byte_reader.h>
#include <dstream/detail/codec_parts.h>

namespace dstream {
inline namespace v1 {

/// How a `T` is written to bytes and read back. Built in for numbers, enums, `bool`, std::string,
/// durations and `Time`, and for vector, array, pair, tuple, optional, maps, sets and plain structs
/// of these. For any other type specialise it with the same two functions. A code is at least one
/// byte long, so that a length can be checked against the bytes that are left. Values that contain
/// values more than ByteReader::kMaxDepth levels deep are written but refused when read.
template <class T>
struct Codec {
  using BuiltIn = void;

  /// Appends the code of `value` to `out`.
  static void encode(std::string& out, const T& value);
  /// Reads a value; throws Error{Errc::corrupt_data} for bytes that encode() did not write.
  static T decode(ByteReader& in);
};

/// Whether values of `T` can be encoded and decoded.
template <class T>
inline constexpr bool kHasCodec =
    !std::is_array_v<T> && detail::holds_for_all_parts<detail::CodesParts, T>();

namespace detail {

/// Fails to compile, with a message that says what to do, unless `T` has a codec.
template <class T>
constexpr void check_codec() {
  static_assert(kHasCodec<T>,
                "dstream: this type has no codec: make it a plain struct of types that own their "
                "data and have one, or specialise dstream::Codec for it");
}

}  // namespace detail

template <class T>
void Codec<T>::encode(std::string& out, const T& value) {
  using detail::Shape;
  constexpr Shape kShape = detail::kShapeOf<T>;
  if constexpr (!kHasCodec<T>) {
    detail::check_codec<T>();
  } else if constexpr (kShape == Shape::kScalar) {
    detail::encode_number(out, value);
  } else if constexpr (kShape == Shape::kText) {
    write_text(out, value);
  } else if constexpr (detail::DurationLike<T>) {
    detail::encode_number(out, value.count());
  } else if constexpr (detail::IsTime<T>) {
    detail::encode_number(out, value.ns());
  } else if constexpr (kShape == Shape::kVector) {
    detail::encode_vector(out, value);
  } else if constexpr (kShape == Shape::kOptional) {
    detail::encode_number(out, value.has_value());
    if (value.has_value()) Codec<typename T::value_type>::encode(out, *value);
  } else if constexpr (kShape == Shape::kLeaf) {
    write_size(out, value.size());
    detail::encode_elements(out, value);
  } else if constexpr (detail::has_no_parts<T>()) {
    detail::encode_number(out, false);
  } else if constexpr (kShape == Shape::kTuple) {
    std::apply([&out](const auto&... part) { (detail::encode_part(out, part), ...); }, value);
  } else if constexpr (kShape == Shape::kStruct) {
    for_each_field(value, [&out](const auto& field) { detail::encode_part(out, field); });
  } else {
    detail::encode_elements(out, value);
  }
}

template <class T>
T Codec<T>::decode(ByteReader& in) {
  using detail::Shape;
  constexpr Shape kShape = detail::kShapeOf<T>;
  if constexpr (!kHasCodec<T>) {
    detail::check_codec<T>();
    detail::throw_corrupt("its type has no codec");
  } else if constexpr (kShape == Shape::kScalar) {
    return detail::decode_number<T>(in);
  } else if constexpr (kShape == Shape::kText) {
    return in.read_text();
  } else if constexpr (detail::DurationLike<T>) {
    return T(detail::decode_number<typename T::rep>(in));
  } else if constexpr (detail::IsTime<T>) {
    return T(detail::decode_number<std::int64_t>(in));
  } else {
    const ByteReader::Level level(in);
    if constexpr (kShape == Shape::kVector) {
      return detail::decode_vector<T>(in);
    } else if constexpr (kShape == Shape::kOptional) {
      if (!detail::decode_number<bool>(in)) return T();
      return T(Codec<typename T::value_type>::decode(in));
    } else if constexpr (kShape == Shape::kLeaf) {
      return detail::decode_container<T>(in);
    } else if constexpr (detail::has_no_parts<T>()) {
      detail::decode_nothing(in);
      return T();
    } else if constexpr (kShape == Shape::kArray) {
      return detail::decode_array<T>(in, std::make_index_sequence<std::tuple_size_v<T>>());
    } else {
      return detail::decode_fields<T>(in, typename detail::TypeParts<T>::List());
    }
  }
}

}  // namespace v1
}  // namespace dstream
