#pragma once

namespace dstream {
inline namespace v1 {
namespace detail {

/// Whether this machine can run process_barrier().
bool has_process_barrier() noexcept;

/// Makes every thread of the process pass a full memory barrier before it returns, so that the
/// other side of a store-load protocol needs none. Takes milliseconds; changes no setting.
void process_barrier() noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace dstream
