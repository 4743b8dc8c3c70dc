#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Records and entries that a loop is given at once, at most.
inline constexpr std::size_t kCombineBlock = 64;
/// The same for a KeyLoop that writes integers.
inline constexpr std::size_t kWordBlock = 256;

/// Holds the texts that a user's key function made for a block.
class DSTREAM_EXPORT KeyTexts {
 public:
  void clear() noexcept { used_ = 0; }
  /// At most kCombineBlock texts between two calls of clear().
  std::string_view hold(std::string&& text) noexcept;

 private:
  std::string texts_[kCombineBlock];
  std::size_t used_ = 0;
};

/// Writes the keys of a block of records to `keys`: canonical words of integers, views of text, of
/// other keys whatever the loop's maker and FoldLoops::fold_any have agreed on.
using KeyLoop = void (*)(const void* function, const void* records, std::size_t count, void* keys,
                         KeyTexts& texts);

/// Where the keys of records come from.
struct KeySource {
  std::size_t record_size;  ///< in bytes
  KeyLoop keys;
  std::shared_ptr<const void> function;  ///< the user's; null where the key is a part of the record
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
