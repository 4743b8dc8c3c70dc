#include "property/registry.h"
#include "property/types.h"

namespace property {

using T = ViewCount;

const Element& view_count_element() {
  static const ElementOf<T> instance;
  return instance;
}

std::vector<Operator> view_count_operators() {
  auto all = common_operators<T, Int>();
  add(all, {
               unary<MapOp<T, std::string_view, ViewPart<std::string_view>>, T>(),
               map_to<T, TextCount>(),
               unary<KeyReduceOp<T, ViewKey, TextCount>, T>(),
               unary<ReduceByKeyOp<T>, T>(),
               unary<ReduceByKeyOp<T>, T>(),
               unary<CountByValueOp<T, TextCount>, T>(),
           });
  return all;
}

}  // namespace property
