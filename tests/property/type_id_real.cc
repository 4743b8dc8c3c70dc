#include "property/registry.h"
#include "property/types.h"

namespace property {

using T = IdReal;

const Element& id_real_element() {
  static const ElementOf<T> instance;
  return instance;
}

std::vector<Operator> id_real_operators() {
  auto all = common_operators<T, double>();
  add(all, {
               map_to<T, Reading>(),
               map_to<T, std::string>(),
               unary<KeyCountOp<T, RealKey, T>, T>(order_needed()),
               unary<ReduceByKeyOp<T>, T>(),
               unary<ReduceByKeyOp<T>, T>(),
               unary<CountByValueOp<T, TextCount>, T>(order_needed()),
           });
  return all;
}

}  // namespace property
