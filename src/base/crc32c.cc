#include "base/crc32c.h"

#include <array>
#include <cstddef>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // bits reversed

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][i] = crc;
  }
  for (std::size_t t = 1; t < tables.size(); ++t) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t shorter = tables[t - 1][i];
      tables[t][i] = (shorter >> 8) ^ tables[0][shorter & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      next ^= kTables[7 - i][((crc >> (8 * i)) & 0xff) ^ at[i]] ^ kTables[3 - i][at[4 + i]];
    }
    crc = next;
  }
  for (; left > 0; --left, ++at) crc = (crc >> 8) ^ kTables[0][(crc & 0xff) ^ *at];
  return ~crc;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
