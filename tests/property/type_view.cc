#include "property/registry.h"
#include "property/types.h"

namespace property {

using T = std::string_view;

const Element& view_element() {
  static const ElementOf<T> instance;
  return instance;
}

std::vector<Operator> view_operators() {
  auto all = common_operators<T, std::string>();
  add(all, {
               unary<MapOp<T, T, ViewPart<T>>, T>(),
               unary<MapOp<T, ViewCount, ViewPart<ViewCount>>, T>(),
               unary<SplitOp<T>, T>(growing(3)),
               unary<SplitOp<T>, T>(growing(3)),
               unary<KeyCountOp<T, ViewKey, TextCount>, T>(),
               unary<KeyReduceOp<T, IntKey, IdReal>, T>(),
               unary<KeyPairsOp<T, ViewKey, TextCount>, T>(),
               unary<CountByValueOp<T, TextCount>, T>(),
               unary<CountByValueOp<T, TextCount>, T>(),
           });
  return all;
}

}  // namespace property
