#include "property/group_ops.h"
#include "property/registry.h"
#include "property/types.h"

namespace property {

std::vector<Operator> group_operators() {
  using Counts = Pairs<TextCount>;
  using Views = Pairs<ViewCount>;
  using Numbers = Pairs<IdReal>;
  using ByNumber = ByKey<Int, IntKey>;
  using ByOwn = ByKey<double, OwnKey>;
  return {
      unary<GroupOp<Counts, TextCount>, TextCount>(),
      unary<GroupOp<Views, std::string>, ViewCount>(),
      unary<GroupOp<Numbers, IdReal>, IdReal>(),
      unary<GroupOp<ByKey<Reading, ReadingKey>, IdReal>, Reading>(),
      unary<GroupOp<ByKey<std::string_view, ViewKey>, TextCount>, std::string_view>(),
      binary<CogroupOp<Counts, Views, TextCount>, TextCount, ViewCount>(),
      binary<CogroupOp<ByNumber, Numbers, IdReal>, Int, IdReal>(),
      binary<CogroupOp<ByOwn, ByOwn, Int>, double, double>(),
      binary<DistinctJoinOp<Int, IdReal>, Int, Int>(),
      binary<DistinctJoinOp<std::string, TextCount>, std::string, std::string>(),
  };
}

}  // namespace property
