#pragma once

#include <string>

#include "dstream/time.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// The dashed header that print() puts above a batch, as Spark's does.
std::string print_header(Time batch_time);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
