#include "property/registry.h"
#include "property/types.h"

namespace property {

using T = TextCount;

const Element& text_count_element() {
  static const ElementOf<T> instance;
  return instance;
}

std::vector<Operator> text_count_operators() {
  auto all = common_operators<T, T>();
  add(all, {
               map_to<T, std::string>(),
               map_to<T, Reading>(),
               unary<MapOp<T, T, Alter<T>>, T>(),
               unary<MapOp<T, ViewCount, ViewPart<ViewCount>>, T>(),
               unary<KeyReduceOp<T, IntKey, T>, T>(),
               unary<ReduceByKeyOp<T>, T>(),
               unary<ReduceByKeyOp<T>, T>(),
               unary<CountByValueOp<T, T>, T>(),
           });
  return all;
}

}  // namespace property
