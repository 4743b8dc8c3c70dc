#include <dstream/detail/combine_entry.h>
#include <dstream/error.h>

namespace dstream {
inline namespace v1 {
namespace detail {

TextKey long_text_key(std::string_view text, std::uint64_t hash) {
  if (text.size() > 0xFFFFFFFF) {
    throw Error(Errc::capacity, "a text key holds 4 GiB or more; key by a digest of it instead");
  }
  TextKey key;
  key.low = reinterpret_cast<std::uintptr_t>(text.data());
  key.high = std::uint64_t{0xFF} << 56 | (hash & 0xFFFFFF) << 32 | text.size();
  return key;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
