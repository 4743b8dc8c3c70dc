#include "property/join_ops.h"
#include "property/registry.h"
#include "property/types.h"

namespace property {

std::vector<Operator> number_joins() {
  using Numbers = Pairs<IdReal>;
  using ByNumber = ByKey<Int, IntKey>;
  using ByOwn = ByKey<double, OwnKey>;
  return {
      join<Join::inner, Numbers, ByNumber, IdReal>(),
      join<Join::left, ByNumber, Numbers, TextCount>(),
      join<Join::right, ByOwn, ByKey<Reading, ReadingKey>, Int>(),
      join<Join::full, Numbers, Numbers, IdReal>(),
      join<Join::full, ByOwn, ByOwn, Reading>(),
      join<Join::full, ByKey<Reading, StructKey>, ByKey<double, StructKey>, IdReal>(),
  };
}

}  // namespace property
