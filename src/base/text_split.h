#pragma once

#include <dstream/text.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The kernel that runs on any processor of this build.
std::string_view* split_words_baseline(const char* text, std::size_t size, std::string_view* out,
                                       char delimiter) noexcept;

/// The best kernel of this processor.
SplitKernel best_split_kernel() noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace dstream
