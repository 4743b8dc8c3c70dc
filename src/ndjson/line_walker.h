#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <simdjson.h>

#include <dstream/detail/scratch_text.h>
#include <dstream/ndjson/json_type.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Reads the lines with which nothing is wrong, without a search of tokens per line: simdjson finds
/// the tokens of many lines at once, and the members are then looked for in the order of the fields.
/// Reads what simdjson would, or gives up. For one thread at a time.
class LineWalker {
 public:
  /// The bytes at the addresses of the last lines may be others from now on.
  void forget() { begin_ = end_ = nullptr; }

  /// Reads the object that is `line`; `readable` as JsonReader::read() has it. False where it gives
  /// up, for whatever reason; then `to` holds a part of the object.
  bool read(std::string_view line, std::size_t readable, const JsonType& type, void* to,
            simdjson::ondemand::parser& parser, ScratchText& scratch);

 private:
  void find_tokens(const char* begin, std::size_t readable);

  std::unique_ptr<simdjson::internal::dom_parser_implementation> finder_;
  const char* begin_ = nullptr;  ///< of the lines whose tokens have been looked for
  const char* end_ = nullptr;
  const std::uint32_t* token_ = nullptr;  ///< the first that has not been passed; null: not found
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
