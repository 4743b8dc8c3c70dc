#include "property/registry.h"
#include "property/types.h"

namespace property {

using T = double;

const Element& real_element() {
  static const ElementOf<T> instance;
  return instance;
}

std::vector<Operator> real_operators() {
  auto all = common_operators<T, IdReal>();
  add(all, {
               map_to<T, T>(),
               map_to<T, Reading>(),
               unary<KeyReduceOp<T, IntKey, IdReal>, T>(),
               unary<KeyPairsOp<T, IntKey, IdReal>, T>(),
               unary<CountByValueOp<T, IdReal>, T>(order_needed()),
           });
  return all;
}

}  // namespace property
