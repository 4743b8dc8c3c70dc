#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/codec.h>
#include <dstream/format.h>
#include <dstream/hash_of.h>
#include <dstream/memory_bytes.h>
#include <dstream/owned.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {

/// What the engine needs to know of an element type behind a type-erased boundary. Function
/// pointers marked nullable are null where the type does not have the operation.
struct TypeOps {
  /// type_name<T>(): the type's identity.
  std::string_view name;
  /// In bytes.
  std::size_t size;
  std::size_t alignment;
  bool trivially_copyable;
  /// Whether values refer to data that they do not own (`kHoldsViews`).
  bool holds_views;

  /// Constructs a value at `to`, which holds none, from the value at `from`, which stays to be
  /// destroyed. Nullable.
  void (*move_construct)(void* to, void* from);
  void (*destroy)(void* value);
  /// As hash_of and key_equal; both nullable.
  std::uint64_t (*hash)(const void* value, std::uint64_t seed);
  bool (*equal)(const void* a, const void* b);
  /// Appends the value as format_value does. Nullable.
  void (*print)(std::string& out, const void* value);
  /// The codec; both nullable. `decode` constructs a value at `to`, which holds none.
  void (*encode)(std::string& out, const void* value);
  void (*decode)(ByteReader& in, void* to);
  /// As memory_bytes().
  std::size_t (*memory_bytes)(const void* value);

  bool has_codec() const { return encode != nullptr; }
};

/// Whether two tables describe the same type; by name, not by address, so that it also holds
/// between shared libraries.
inline bool same_type(const TypeOps& a, const TypeOps& b) {
  return &a == &b || (a.size == b.size && a.alignment == b.alignment && a.name == b.name);
}

namespace detail {

template <class T>
constexpr auto move_op() -> void (*)(void*, void*) {
  if constexpr (std::is_move_constructible_v<T>) {
    return [](void* to, void* from) { ::new (to) T(std::move(*static_cast<T*>(from))); };
  } else {
    return nullptr;
  }
}

template <class T>
constexpr auto hash_op() -> std::uint64_t (*)(const void*, std::uint64_t) {
  if constexpr (Hashable<T>) {
    return [](const void* value, std::uint64_t seed) {
      return hash_of(*static_cast<const T*>(value), seed);
    };
  } else {
    return nullptr;
  }
}

template <class T>
constexpr auto equal_op() -> bool (*)(const void*, const void*) {
  if constexpr (Hashable<T>) {
    return [](const void* a, const void* b) {
      return key_equal(*static_cast<const T*>(a), *static_cast<const T*>(b));
    };
  } else {
    return nullptr;
  }
}

template <class T>
constexpr auto print_op() -> void (*)(std::string&, const void*) {
  if constexpr (Printable<T>) {
    return [](std::string& out, const void* value) {
      format_value(out, *static_cast<const T*>(value));
    };
  } else {
    return nullptr;
  }
}

template <class T>
constexpr auto encode_op() -> void (*)(std::string&, const void*) {
  if constexpr (kHasCodec<T>) {
    return [](std::string& out, const void* value) {
      Codec<T>::encode(out, *static_cast<const T*>(value));
    };
  } else {
    return nullptr;
  }
}

template <class T>
constexpr auto decode_op() -> void (*)(ByteReader&, void*) {
  if constexpr (kHasCodec<T>) {
    return [](ByteReader& in, void* to) { ::new (to) T(Codec<T>::decode(in)); };
  } else {
    return nullptr;
  }
}

template <class T>
inline constexpr TypeOps kTypeOps = {
    .name = type_name<T>(),
    .size = sizeof(T),
    .alignment = alignof(T),
    .trivially_copyable = std::is_trivially_copyable_v<T>,
    .holds_views = kHoldsViews<T>,
    .move_construct = move_op<T>(),
    .destroy = [](void* value) { static_cast<T*>(value)->~T(); },
    .hash = hash_op<T>(),
    .equal = equal_op<T>(),
    .print = print_op<T>(),
    .encode = encode_op<T>(),
    .decode = decode_op<T>(),
    .memory_bytes =
        [](const void* value) { return ::dstream::memory_bytes(*static_cast<const T*>(value)); },
};

}  // namespace detail

/// The operations of `T`, an object type; constant-initialised, valid for ever.
template <class T>
constexpr const TypeOps& type_ops() {
  static_assert(std::is_object_v<T> && !std::is_const_v<T> && !std::is_array_v<T>);
  return detail::kTypeOps<T>;
}

}  // namespace v1
}  // namespace dstream
