#include "property/aggregate_ops.h"
#include "property/registry.h"
#include "property/types.h"

namespace property {

std::vector<Operator> aggregate_operators() {
  Operator whole = slices_needed();
  whole.order = Order::trivial;
  return {
      unary<AggregateOp<std::string_view, TextCount>, std::string_view>(whole),
      unary<AggregateOp<IdReal, Reading>, IdReal>(whole),
      unary<AggregateOneOp<Reading, Int>, Reading>(whole),
      unary<KeyAggregateOp<Int, IntKey, IdReal>, Int>(slices_needed()),
      unary<KeyAggregateOp<std::string, TextKey, TextCount>, std::string>(slices_needed()),
      unary<AggregateValuesOp<TextCount, Reading>, TextCount>(order_needed()),
      unary<AggregateValuesOp<ViewCount, std::string>, ViewCount>(order_needed()),
  };
}

}  // namespace property
