#include <dstream/detail/combine_entry.h>
#include <dstream/error.h>

namespace dstream {
inline namespace v1 {
namespace detail {

std::uint64_t long_text_key(std::string_view text, std::uint64_t seed, TextKey& key) {
  if (text.size() > 0xFFFFFFFF) {
    throw Error(Errc::capacity, "a text key holds 4 GiB or more; key by a digest of it instead");
  }
  const std::uint64_t hash = hash_bytes(text, seed);
  key.low = reinterpret_cast<std::uintptr_t>(text.data());
  key.high = std::uint64_t{0xFF} << 56 | (hash & 0xFFFFFF) << 32 | text.size();
  return hash;
}

std::uint64_t own_text_key(TextKey& key, TextArena& arena, std::uint64_t seed) {
  const std::string_view text = text_of_key(key);
  if (!is_long_key(key)) return hash_bytes(text, seed);
  return long_text_key({arena.store(text), text.size()}, seed, key);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
