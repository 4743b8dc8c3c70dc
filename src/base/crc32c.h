#pragma once

#include <cstdint>
#include <string_view>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// CRC-32C of `bytes` (Castagnoli's polynomial, as iSCSI and ext4 use it; RFC 3720, appendix B.4),
/// by tables for eight bytes at a time (Kounavis and Berry, "A Systematic Approach to Building High
/// Performance Software-based CRC Generators", 2005). `before` continues the sum of earlier bytes.
DSTREAM_EXPORT std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
