#include "property/registry.h"
#include "property/span_ops.h"
#include "property/types.h"

namespace property {

std::vector<Operator> partition_operators() {
  Operator doubled = slices_needed();
  doubled.growth = 2;
  Operator united = ordered_as(Order::lost);
  united.growth = 2;
  return {
      unary<MapPartitionsOp<TextCount, IdReal>, TextCount>(doubled),
      unary<MapPartitionsOp<std::string_view, std::string>, std::string_view>(doubled),
      unary<EmitPartitionsOp<double, Reading>, double>(doubled),
      unary<EmitPartitionsOp<ViewCount, TextCount>, ViewCount>(doubled),
      unary<GlomOp<Reading>, Reading>(doubled),
      unary<GlomOp<std::string_view>, std::string_view>(doubled),
      unary<SampleOp<std::string, false>, std::string>(ordered_as(Order::random)),
      unary<SampleOp<ViewCount, false>, ViewCount>(ordered_as(Order::random)),
      unary<SampleOp<Int, true>, Int>(ordered_as(Order::random)),
      unary<SampleAuditOp<std::string_view, false>, std::string_view>(),
      unary<SampleAuditOp<Int, false>, Int>(),
      unary<SampleAuditOp<TextCount, true>, TextCount>(),
      binary<UnionAllOp<Int>, Int, Int>(united),
      binary<UnionAllOp<std::string_view>, std::string_view, std::string_view>(united),
  };
}

}  // namespace property
