#include "property/registry.h"
#include "property/types.h"

namespace property {

using T = std::string;

const Element& text_element() {
  static const ElementOf<T> instance;
  return instance;
}

std::vector<Operator> text_operators() {
  auto all = common_operators<T, TextCount>();
  add(all, {
               map_to<T, Int>(),
               unary<MapOp<T, T, Alter<T>>, T>(),
               unary<MapOp<T, std::string_view, ViewPart<std::string_view>>, T>(),
               unary<SplitOp<T>, T>(growing(3)),
               unary<KeyCountOp<T, TextKey, TextCount>, T>(),
               unary<KeyReduceOp<T, TextKey, TextCount>, T>(),
               unary<KeyPairsOp<T, IntKey, Reading>, T>(),
               unary<CountByValueOp<T, TextCount>, T>(),
           });
  return all;
}

}  // namespace property
