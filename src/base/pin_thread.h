#pragma once

#include <cstdint>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Binds the calling thread to the index-th core that it may run on; does nothing where the system
/// cannot.
void pin_this_thread(std::uint32_t index);

/// Cores that this process may run on.
std::uint32_t available_cores();

}  // namespace detail
}  // namespace v1
}  // namespace dstream
