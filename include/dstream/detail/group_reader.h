#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <new>
#include <utility>
#include <vector>

#include <dstream/detail/exchange.h>
#include <dstream/detail/group_slice.h>
#include <dstream/detail/record_column.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// One parent's values of a key group, gathered by key: those of key i are [starts[i], starts[i +
/// 1]).
struct GroupedValues {
  const std::uint32_t* starts;
  const void* plain;          ///< values that may be copied as bytes, side by side
  const void* const* places;  ///< where the others are
};

/// How the library reads a shuffle for group_by_key or cogroup.
struct GroupReading {
  KeyKind kind;
  KeyEqual equal;
  const ElementType* values[2];  ///< per parent; null where there is none
  const ElementType* result;
  std::size_t chunk;  ///< results handed on at once
  /// Makes the results of `count` keys from `first` at `to` and counts them one by one.
  void (*emit)(const void* cells, const GroupedValues* values, std::size_t first, std::size_t count,
               void* to, std::size_t& made);
};

/// Iterates over values by their places: enough for the constructor of a vector.
template <class V>
struct PlacedValue {
  using iterator_category = std::random_access_iterator_tag;
  using value_type = V;
  using difference_type = std::ptrdiff_t;
  using pointer = const V*;
  using reference = const V&;

  reference operator*() const { return *static_cast<const V*>(*place); }
  PlacedValue& operator++() {
    ++place;
    return *this;
  }
  bool operator==(const PlacedValue& other) const { return place == other.place; }
  difference_type operator-(const PlacedValue& other) const { return place - other.place; }

  const void* const* place;
};

/// The values of key i.
template <class V>
std::vector<V> values_of(const GroupedValues& values, std::size_t i) {
  const std::uint32_t begin = values.starts[i];
  const std::uint32_t end = values.starts[i + 1];
  if constexpr (kIsBytes<V>) {
    const V* const plain = static_cast<const V*>(values.plain);
    return std::vector<V>(plain + begin, plain + end);
  } else {
    return std::vector<V>(PlacedValue<V>{values.places + begin},
                          PlacedValue<V>{values.places + end});
  }
}

template <class K, class V>
void emit_group(const void* cells, const GroupedValues* values, std::size_t first,
                std::size_t count, void* to, std::size_t& made) {
  using Result = std::pair<K, std::vector<V>>;
  for (std::size_t i = first; i < first + count; ++i, ++made) {
    ::new (to) Result(key_in<K>(cells, i), values_of<V>(values[0], i));
    to = static_cast<Result*>(to) + 1;
  }
}

template <class K, class V, class W>
void emit_cogroup(const void* cells, const GroupedValues* values, std::size_t first,
                  std::size_t count, void* to, std::size_t& made) {
  using Values = std::pair<std::vector<V>, std::vector<W>>;
  using Result = std::pair<K, Values>;
  for (std::size_t i = first; i < first + count; ++i, ++made) {
    ::new (to)
        Result(key_in<K>(cells, i), Values(values_of<V>(values[0], i), values_of<W>(values[1], i)));
    to = static_cast<Result*>(to) + 1;
  }
}

template <class K, class V>
inline constexpr GroupReading kGroupReading{kKeyKind<K>,
                                            equality_of<K>(),
                                            {&kElementType<V>, nullptr},
                                            &kResultType<std::pair<K, std::vector<V>>>,
                                            chunk_capacity<std::pair<K, std::vector<V>>>(),
                                            &emit_group<K, V>};

template <class K, class V, class W>
inline constexpr GroupReading kCogroupReading{
    kKeyKind<K>,
    equality_of<K>(),
    {&kElementType<V>, &kElementType<W>},
    &kResultType<std::pair<K, std::pair<std::vector<V>, std::vector<W>>>>,
    chunk_capacity<std::pair<K, std::pair<std::vector<V>, std::vector<W>>>>(),
    &emit_cogroup<K, V, W>};

/// Reads the partition of a shuffle by key group; within it first the first parent's keys as they
/// are first seen, then those that only the second has. Values come in slice order.
DSTREAM_EXPORT ReaderPtr make_group_reader(const GroupReading& reading);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
