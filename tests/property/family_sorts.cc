#include "property/registry.h"
#include "property/sort_ops.h"
#include "property/types.h"

namespace property {

std::vector<Operator> sort_operators() {
  const Operator sorted = ordered_as(Order::flat);
  return {
      unary<SortOp<Int, WholeKey>, Int>(sorted),
      unary<SortOp<double, WholeKey>, double>(sorted),
      unary<SortOp<double, WholeKey>, double>(sorted),
      unary<SortOp<std::string, WholeKey>, std::string>(sorted),
      unary<SortOp<ViewCount, SortText>, ViewCount>(sorted),
      unary<SortLessOp<TextCount, SortText>, TextCount>(sorted),
      unary<SortLessOp<Reading, SortKey>, Reading>(sorted),
      unary<SortByKeyOp<IdReal>, IdReal>(sorted),
      unary<SortByKeyOp<ViewCount>, ViewCount>(sorted),
      unary<SortMemberOp<&Reading::value>, Reading>(sorted),
      unary<SortMemberOp<&Reading::value>, Reading>(sorted),
      unary<TopNaturalOp<double>, double>(order_needed()),
      unary<TopNaturalOp<std::string>, std::string>(order_needed()),
      unary<TopNaturalOp<TextCount>, TextCount>(order_needed()),
  };
}

}  // namespace property
