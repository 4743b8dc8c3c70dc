#include "property/group_ops.h"
#include "property/registry.h"
#include "property/types.h"

namespace property {

std::vector<Operator> key_fold_operators() {
  return {
      unary<TallyOp<Pairs<TextCount>, TextCount, true>, TextCount>(),
      unary<TallyOp<ByKey<double, OwnKey>, Reading, true>, double>(order_needed()),
      unary<TallyOp<Pairs<ViewCount>, std::string, false>, ViewCount>(),
      unary<TallyOp<ByKey<Int, IntKey>, IdReal, false>, Int>(),
      unary<FoldByKeyOp<TextCount>, TextCount>(),
      unary<FoldByKeyOp<ViewCount>, ViewCount>(),
      unary<DistinctOp<Int>, Int>(),
      unary<DistinctOp<double>, double>(order_needed()),
      unary<DistinctOp<std::string_view>, std::string_view>(),
      unary<DistinctOp<Reading>, Reading>(order_needed()),
      unary<MapValuesOp<ViewCount>, ViewCount>(),
      unary<MapValuesOp<IdReal>, IdReal>(),
      unary<FlatMapValuesOp<TextCount>, TextCount>(growing(3)),
      unary<FlatMapValuesOp<ViewCount>, ViewCount>(growing(3)),
      unary<KeyMapValuesOp<Int, TextKey, TextCount>, Int>(),
  };
}

}  // namespace property
