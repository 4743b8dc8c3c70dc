#pragma once

#include <string>

#include <dstream/time.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// "12:00:01.250" in UTC; milliseconds (and finer) are left out where they are zero.
std::string time_of_day(Time time);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
