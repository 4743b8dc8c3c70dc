#pragma once

#include <type_traits>
#include <vector>

#include "property/operators_of.h"
#include "property/partition_ops.h"
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

template <class T>
Operator union_op() {
  Operator op;
  op.name = "union_with";
  op.input = op.output = kTypeOf<T>;
  op.order = Order::lost;
  op.binary = true;
  op.build = [](const AnyStream& a, const AnyStream& b, const OpParams&) {
    return AnyStream::of(a.as<T>().union_with(b.as<T>()));
  };
  op.run = [](const AnySlices& a, const AnySlices& b, const OpParams&, const OracleSettings&) {
    return AnySlices::of(join(a.as<Held<T>>(), b.as<Held<T>>()));
  };
  return op;
}

inline Operator growing(std::uint32_t times) {
  Operator op;
  op.growth = times;
  return op;
}
inline Operator one_record() {
  Operator op;
  op.order = Order::trivial;
  return op;
}
inline Operator order_needed() {
  Operator op;
  op.needs_order = true;
  return op;
}

inline Operator order_lost() {
  Operator op;
  op.order = Order::lost;
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
      unary<ReduceOp<T>, T>(one_record()),
      unary<CountOp<T>, T>(one_record()),
      union_op<T>(),
      union_op<T>(),
      unary<RepartitionOp<T>, T>(),
      unary<ZipWithIndexOp<T, U>, T>(order_needed()),
      unary<TopOp<T>, T>(order_needed()),
      unary<SortOp<T>, T>(order_lost()),
      unary<TransformOp<T>, T>(),
      unary<TransformCountOp<T>, T>(),
      unary<TransformFoldOp<T>, T>(one_record()),
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
