#pragma once

#include <cstdint>

namespace dstream {
inline namespace v1 {

/// Which way `sort_by` sorts. Records with equal keys keep their order either way.
enum class SortOrder : std::uint8_t {
  ascending,   ///< the smallest key first
  descending,  ///< the largest key first
};

}  // namespace v1
}  // namespace dstream
