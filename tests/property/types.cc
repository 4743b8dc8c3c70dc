#include "property/types.h"

#include <array>

namespace property {
namespace {

struct TypeEntry {
  const char* name;
  const Element& (*element)();
  std::vector<Operator> (*operators)();
};

// In the order of Type.
constexpr std::array<TypeEntry, kTypes> kTable{{
    {"int64", &integer_element, &integer_operators},
    {"double", &real_element, &real_operators},
    {"string", &text_element, &text_operators},
    {"string_view", &view_element, &view_operators},
    {"pair<string, int64>", &text_count_element, &text_count_operators},
    {"pair<string_view, int64>", &view_count_element, &view_count_operators},
    {"pair<int64, double>", &id_real_element, &id_real_operators},
    {"Reading", &reading_element, &reading_operators},
}};

constexpr std::vector<Operator> (*kFamilies[])() = {
    &text_joins,          &number_joins,        &group_operators, &key_fold_operators,
    &aggregate_operators, &partition_operators, &sort_operators,  &rdd_operators,
};

}  // namespace

const Element& element(Type type) { return kTable[static_cast<std::size_t>(type)].element(); }
const char* name_of(Type type) { return kTable[static_cast<std::size_t>(type)].name; }

const std::vector<Operator>& operators_of(Type input) {
  static const auto all = [] {
    std::array<std::vector<Operator>, kTypes> lists;
    for (std::size_t i = 0; i < kTypes; ++i) lists[i] = kTable[i].operators();
    for (const auto family : kFamilies) {
      for (const Operator& op : family()) lists[static_cast<std::size_t>(op.input)].push_back(op);
    }
    return lists;
  }();
  return all[static_cast<std::size_t>(input)];
}

}  // namespace property
