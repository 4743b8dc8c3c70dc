#pragma once

#include <dstream/options.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Throws Error{Errc::invalid_argument} for an option out of range; fills in the machine's own
/// clock, file system, random source and slots where none are given.
Options checked(Options options);

/// Throws Error{Errc::invalid_argument} for a setting out of range.
void check_tunables(const Tunables& tunables);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
