#pragma once

#include <cstddef>

#include <dstream/text.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The instructions that a search may use.
enum class SearchLevel { kPortable, kSse2, kAvx2 };

/// The best level of this processor and build.
SearchLevel best_search_level() noexcept;

/// The kernels for a needle of `size` bytes. A level above best_search_level() must not be run.
SearchKernels search_kernels(std::size_t size, SearchLevel level) noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace dstream
