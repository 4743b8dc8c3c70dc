#pragma once

#include <string_view>

namespace dstream::bench {

/// Calls `on_word` for every word of a line, found byte by byte.
template <class OnWord>
void split_bytes(std::string_view line, OnWord&& on_word) {
  const char* begin = line.data();
  const char* const end = begin + line.size();
  for (const char* at = begin; at != end; ++at) {
    if (*at != ' ') continue;
    if (at != begin) on_word(std::string_view(begin, static_cast<std::size_t>(at - begin)));
    begin = at + 1;
  }
  if (begin != end) on_word(std::string_view(begin, static_cast<std::size_t>(end - begin)));
}

}  // namespace dstream::bench
