#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Insertion sort, stable.
template <class Item, class Less>
void insertion_sort(Item* items, std::size_t count, const Less& less) {
  for (std::size_t i = 1; i < count; ++i) {
    const Item item = items[i];
    std::size_t at = i;
    for (; at > 0 && less(item, items[at - 1]); --at) items[at] = items[at - 1];
    items[at] = item;
  }
}

/// Merges [from, middle) and [middle, end) into `to`; equal ones of the first run come first.
template <class Item, class Less>
void merge_runs(const Item* from, const Item* middle, const Item* end, Item* to, const Less& less) {
  const Item* left = from;
  const Item* right = middle;
  // Runs that follow on each other, as in sorted data, are copied without more comparisons.
  if (left != middle && right != end && less(*right, middle[-1])) {
    while (left != middle && right != end) *to++ = less(*right, *left) ? *right++ : *left++;
  }
  while (left != middle) *to++ = *left++;
  while (right != end) *to++ = *right++;
}

/// Sorts trivially copyable items, stable: merge sort from below on short sorted runs. `scratch`
/// has room for `count`. An order that is none (less(a, b) and less(b, a)) gives some order.
template <class Item, class Less>
void merge_sort(Item* items, Item* scratch, std::size_t count, const Less& less) {
  constexpr std::size_t kRun = 16;
  for (std::size_t i = 0; i < count; i += kRun) {
    insertion_sort(items + i, count - i < kRun ? count - i : kRun, less);
  }
  Item* from = items;
  Item* to = scratch;
  for (std::size_t width = kRun; width < count; width *= 2) {
    for (std::size_t i = 0; i < count; i += 2 * width) {
      const std::size_t middle = count - i < width ? count : i + width;
      const std::size_t end = count - i < 2 * width ? count : i + 2 * width;
      merge_runs(from + i, from + middle, from + end, to + i, less);
    }
    std::swap(from, to);
  }
  if (from != items) {
    for (std::size_t i = 0; i < count; ++i) items[i] = from[i];
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
