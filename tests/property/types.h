#pragma once

#include <vector>

#include "property/element.h"
#include "property/operator.h"

/// One source file per element type or family of operators, so that they compile side by side.
namespace property {

const Element& integer_element();
const Element& real_element();
const Element& text_element();
const Element& view_element();
const Element& text_count_element();
const Element& view_count_element();
const Element& id_real_element();
const Element& reading_element();

std::vector<Operator> integer_operators();
std::vector<Operator> real_operators();
std::vector<Operator> text_operators();
std::vector<Operator> view_operators();
std::vector<Operator> text_count_operators();
std::vector<Operator> view_count_operators();
std::vector<Operator> id_real_operators();
std::vector<Operator> reading_operators();

// Operators of several types each.
std::vector<Operator> text_joins();
std::vector<Operator> number_joins();
std::vector<Operator> group_operators();
std::vector<Operator> key_fold_operators();
std::vector<Operator> aggregate_operators();
std::vector<Operator> partition_operators();
std::vector<Operator> sort_operators();
std::vector<Operator> rdd_operators();

}  // namespace property
