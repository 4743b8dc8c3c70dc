#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <dstream/detail/borrow.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// The folds of the operators by key. `By` is the Keying of the stream: it tells a record's value.

/// The first value of a key is what folding begins with.
struct StartWithValue {
  template <class F, class V>
  Owned<V> operator()(const F&, const V& value) const {
    return own(value);
  }
};
/// Folding begins with a given value.
template <class C>
struct StartFrom {
  C zero;
  template <class F, class V>
  C operator()(const F& f, const V& value) const {
    return f(zero, value);
  }
};

/// Folds values with the user's `Owned<V> f(Owned<V>, const V&)`: reduce_by_key, fold_by_key.
template <class By, class F, class Start>
struct ReduceFold {
  using V = typename By::Value;
  using Value = Owned<V>;
  F f;
  Start start;

  template <class Record>
  Value first(const Record& record) const {
    return start(f, By::value(record));
  }
  template <class Record>
  void add(Value& value, const Record& record) const {
    value = f(std::move(value), By::value(record));
  }
  void merge(Value& into, Value&& from) const {
    if constexpr (std::is_invocable_v<const F&, Value, Value>) {
      into = f(std::move(into), std::move(from));
    } else {
      into = f(std::move(into), borrow<V>(from));
    }
  }
};

/// combine_by_key: values become a C in the user's three functions.
template <class By, class C, class Create, class Add, class Merge>
struct CombineByKeyFold {
  using Value = C;
  Create create;
  Add add_value;
  Merge merge_two;

  template <class Record>
  C first(const Record& record) const {
    return create(By::value(record));
  }
  template <class Record>
  void add(C& value, const Record& record) const {
    value = add_value(std::move(value), By::value(record));
  }
  void merge(C& into, C&& from) const { into = merge_two(std::move(into), std::move(from)); }
};

/// aggregate_by_key: as combine_by_key, begun with a given value.
template <class By, class C, class Add, class Merge>
struct AggregateByKeyFold {
  using Value = C;
  C zero;
  Add add_value;
  Merge merge_two;

  template <class Record>
  C first(const Record& record) const {
    return add_value(zero, By::value(record));
  }
  template <class Record>
  void add(C& value, const Record& record) const {
    value = add_value(std::move(value), By::value(record));
  }
  void merge(C& into, C&& from) const { into = merge_two(std::move(into), std::move(from)); }
};

template <class Add, class Merge, class C, class V>
concept FoldCallables = std::is_invocable_r_v<C, const Add&, C, const V&> &&
                        std::is_invocable_r_v<C, const Merge&, C, C>;

/// What `create` makes of a value; void where it takes none.
template <class Create, class V>
struct CreateResult {
  using type = void;
};
template <class Create, class V>
  requires std::is_invocable_v<const Create&, const V&>
struct CreateResult<Create, V> {
  using type = std::decay_t<std::invoke_result_t<const Create&, const V&>>;
};

template <class Create, class Add, class Merge, class V>
concept CombineCallables = !std::is_void_v<typename CreateResult<Create, V>::type> &&
                           FoldCallables<Add, Merge, typename CreateResult<Create, V>::type, V>;

}  // namespace detail
}  // namespace v1
}  // namespace dstream
