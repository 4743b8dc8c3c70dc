#include "property/join_ops.h"
#include "property/registry.h"
#include "property/types.h"

namespace property {

std::vector<Operator> text_joins() {
  using Counts = Pairs<TextCount>;
  using Views = Pairs<ViewCount>;
  return {
      join<Join::inner, Counts, Views, TextCount>(),
      join<Join::inner, Views, Views, TextCount>(),
      join<Join::left, Views, Counts, TextCount>(),
      join<Join::right, Counts, Counts, std::string>(),
      join<Join::full, Counts, Views, Reading>(),
      join<Join::full, ByKey<std::string, TextKey>, ByKey<Int, TextKey>, IdReal>(),
  };
}

}  // namespace property
