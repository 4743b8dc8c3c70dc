#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace dstream::testing {

/// Random text over a few letters, so that delimiters and near misses are common.
inline std::string random_text(std::mt19937& random, std::size_t size, std::string_view letters) {
  std::string text(size, '\0');
  for (char& c : text) c = letters[random() % letters.size()];
  return text;
}

}  // namespace dstream::testing
