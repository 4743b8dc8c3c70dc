#pragma once

namespace dstream {
inline namespace v1 {
namespace detail {

/// The record itself as its key.
struct IdentityKey {
  template <class T>
  const T& operator()(const T& record) const noexcept {
    return record;
  }
};

/// Counts records; the fold of count() and count_by_value().
template <class Count>
struct CountFold {
  using Value = Count;
  static constexpr bool kIgnoresRecords = true;

  template <class T>
  Count first(const T& /*record*/) const noexcept {
    return 1;
  }
  template <class T>
  void add(Count& count, const T& /*record*/) const noexcept {
    ++count;
  }
  void merge(Count& into, const Count& from) const noexcept { into += from; }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
