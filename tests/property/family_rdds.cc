#include "property/rdd_ops.h"
#include "property/registry.h"
#include "property/types.h"

namespace property {

std::vector<Operator> rdd_operators() {
  const Operator lost = ordered_as(Order::lost);
  return {
      binary<TransformWithOp<ViewCount, Int, IdReal>, ViewCount, Int>(lost),
      binary<TransformWithOp<Reading, TextCount, Reading>, Reading, TextCount>(lost),
      binary<TransformJoinOp<std::string, Reading, TextCount>, std::string, Reading>(product()),
      binary<TransformJoinOp<Int, Int, Reading>, Int, Int>(product()),
      unary<StaticJoinOp<Join::inner, ViewCount, TextCount>, ViewCount>(growing(4)),
      unary<StaticJoinOp<Join::left, TextCount, TextCount>, TextCount>(growing(4)),
      unary<StaticJoinOp<Join::full, IdReal, Reading>, IdReal>(growing(4)),
      unary<ActionsOp<std::string_view, TextCount>, std::string_view>(slices_needed()),
      unary<ActionsOp<Int, Int>, Int>(slices_needed()),
      unary<PersistOp<ViewCount>, ViewCount>(),
      unary<PersistOp<Reading>, Reading>(),
      unary<PersistOp<Int>, Int>(),
  };
}

}  // namespace property
