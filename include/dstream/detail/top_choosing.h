#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <dstream/detail/exchange.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/kept_records.h>
#include <dstream/detail/sort_key.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// `less` the other way round.
template <class Less>
struct Reversed {
  Less less;
  template <class T>
    requires OrderOf<Less, T>
  bool operator()(const T& a, const T& b) const {
    return less(b, a);
  }
};

/// What top() needs of a user's types; `function` is the user's order.
struct TopChoosing {
  const RecordKeeping* records;
  /// The first record of the chunk, from `begin`, that goes before one that is kept; chunk.size
  /// where none does.
  std::size_t (*find)(const void* function, const Chunk& chunk, std::size_t begin,
                      const void* kept);
  /// Whether a goes before b; both are kept.
  bool (*before)(const void* function, const void* a, const void* b);
};

template <class T, class Before>
std::size_t find_before(const void* function, const Chunk& chunk, std::size_t begin,
                        const void* kept) {
  const Before& before = *static_cast<const Before*>(function);
  const T* const records = static_cast<const T*>(chunk.data);
  const T& limit = look_at<T>(kept);
  while (begin < chunk.size && !before(records[begin], limit)) ++begin;
  return begin;
}
template <class T, class Before>
bool goes_before(const void* function, const void* a, const void* b) {
  return static_cast<bool>((*static_cast<const Before*>(function))(look_at<T>(a), look_at<T>(b)));
}
template <class T, class Before>
inline constexpr TopChoosing kTopChoosing{&kRecordKeeping<T>, &find_before<T, Before>,
                                          &goes_before<T, Before>};

/// top(): each slice keeps its `limit` first records in a heap; one reader merges them in slice
/// order.
DSTREAM_EXPORT std::shared_ptr<const Exchange> make_top_exchange(
    const TopChoosing& choosing, std::shared_ptr<const void> function, std::size_t limit);

template <class T, class Before>
std::shared_ptr<const Exchange> make_top_exchange(Before before, std::size_t limit) {
  return make_top_exchange(kTopChoosing<T, Before>,
                           keep(new Before(std::move(before)), &destroy_object<Before>), limit);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
