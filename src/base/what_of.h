#pragma once

#include <exception>
#include <string>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The message of an exception, whatever it is.
std::string what_of(const std::exception_ptr& error);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
