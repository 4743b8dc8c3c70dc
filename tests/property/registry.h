#pragma once

#include <type_traits>
#include <vector>

#include "property/operators_of.h"
#include "property/partition_ops.h"
#include "property/sort_ops.h"
#include "property/transform_ops.h"

/// Builds the lists of operators per type.
namespace property {

template <class S>
struct ElementOfStream;
template <class T>
struct ElementOfStream<dstream::DStream<T>> {
  using type = T;
};

template <class Op, class T>
Operator unary(Operator op = {}) {
  using Built = decltype(Op::build(std::declval<const dstream::DStream<T>&>(), OpParams{}));
  op.name = Op::kName;
  op.input = kTypeOf<T>;
  op.output = kTypeOf<typename ElementOfStream<Built>::type>;
  op.build = [](const AnyStream& a, const AnyStream&, const OpParams& o) {
    return AnyStream::of(Op::build(a.as<T>(), o));
  };
  op.run = [](const AnySlices& a, const AnySlices&, const OpParams& o, const OracleSettings& st) {
    return AnySlices::of(Op::run(a.as<Held<T>>(), o, st));
  };
  return op;
}

/// An operator of two streams, of T and of S.
template <class Op, class T, class S>
Operator binary(Operator op = {}) {
  using Built = decltype(Op::build(std::declval<const dstream::DStream<T>&>(),
                                   std::declval<const dstream::DStream<S>&>(), OpParams{}));
  op.name = Op::kName;
  op.input = kTypeOf<T>;
  op.binary = true;
  op.second = kTypeOf<S>;
  op.output = kTypeOf<typename ElementOfStream<Built>::type>;
  op.build = [](const AnyStream& a, const AnyStream& b, const OpParams& o) {
    return AnyStream::of(Op::build(a.as<T>(), b.as<S>(), o));
  };
  op.run = [](const AnySlices& a, const AnySlices& b, const OpParams& o, const OracleSettings& st) {
    return AnySlices::of(Op::run(a.as<Held<T>>(), b.as<Held<S>>(), o, st));
  };
  return op;
}

template <class T>
struct UnionOp {
  static constexpr std::string_view kName = "union_with";
  static auto build(const dstream::DStream<T>& a, const dstream::DStream<T>& b, const OpParams&) {
    return a.union_with(b);
  }
  static Slices<Held<T>> run(const Slices<Held<T>>& a, const Slices<Held<T>>& b, const OpParams&,
                             const Settings&) {
    return unite(a, b);
  }
};

inline Operator growing(std::uint32_t times) {
  Operator op;
  op.growth = times;
  return op;
}
inline Operator order_needed() {
  Operator op;
  op.needs = Known::order;
  return op;
}
inline Operator slices_needed() {
  Operator op;
  op.needs = Known::slices;
  return op;
}
inline Operator ordered_as(Order order) {
  Operator op;
  op.order = order;
  return op;
}
/// A join: records meet in pairs.
inline Operator product() {
  Operator op;
  op.product = true;
  return op;
}

/// What every type has. `U` is another type, of which there are some records per record.
template <class T, class U>
std::vector<Operator> common_operators() {
  return {
      unary<RangeOp<T, U>, T>(growing(3)),
      unary<EmitOp<T, U>, T>(growing(2)),
      unary<FilterOp<T>, T>(),
      unary<ThroughOp<T, U>, T>(),
      unary<ReduceOp<T>, T>(ordered_as(Order::trivial)),
      unary<CountOp<T>, T>(ordered_as(Order::trivial)),
      binary<UnionOp<T>, T, T>(ordered_as(Order::lost)),
      binary<UnionOp<T>, T, T>(ordered_as(Order::lost)),
      unary<RepartitionOp<T>, T>(),
      unary<ZipWithIndexOp<T, U>, T>(order_needed()),
      unary<TopOp<T>, T>(order_needed()),
      unary<SortOp<T, SortKey>, T>(ordered_as(Order::flat)),
      unary<TransformOp<T>, T>(),
      unary<TransformCountOp<T>, T>(),
      unary<TransformFoldOp<T>, T>(ordered_as(Order::trivial)),
  };
}

inline void add(std::vector<Operator>& all, std::vector<Operator> more) {
  all.insert(all.end(), more.begin(), more.end());
}

template <class T, class U>
Operator map_to() {
  return unary<MapOp<T, U, Make<U>>, T>();
}

}  // namespace property
