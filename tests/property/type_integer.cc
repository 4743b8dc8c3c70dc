#include "property/registry.h"
#include "property/types.h"

namespace property {

using T = Int;

const Element& integer_element() {
  static const ElementOf<T> instance;
  return instance;
}

std::vector<Operator> integer_operators() {
  auto all = common_operators<T, IdReal>();
  add(all, {
               map_to<T, T>(),
               map_to<T, double>(),
               map_to<T, std::string>(),
               map_to<T, TextCount>(),
               unary<KeyCountOp<T, IntKey, IdReal>, T>(),
               unary<KeyReduceOp<T, IntKey, IdReal>, T>(),
               unary<KeyPairsOp<T, TextKey, TextCount>, T>(),
               unary<CountByValueOp<T, TextCount>, T>(),
           });
  return all;
}

}  // namespace property
