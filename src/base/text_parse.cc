#include <charconv>
#include <system_error>

#include <dstream/text.h>

namespace dstream {
inline namespace v1 {

template <ParsableNumber T>
std::optional<T> parse(std::string_view text) noexcept {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  T value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

template DSTREAM_EXPORT std::optional<char> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<signed char> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<unsigned char> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<short> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<unsigned short> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<int> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<unsigned> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<long> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<unsigned long> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<long long> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<unsigned long long> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<float> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<double> parse(std::string_view) noexcept;
template DSTREAM_EXPORT std::optional<long double> parse(std::string_view) noexcept;

}  // namespace v1
}  // namespace dstream
