#include <dstream/format.h>

#include <charconv>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

template <class Number>
void append_digits(std::string& out, Number number) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

}  // namespace

void append_number(std::string& out, std::int64_t number) { append_digits(out, number); }
void append_number(std::string& out, std::uint64_t number) { append_digits(out, number); }
void append_number(std::string& out, double number) { append_digits(out, number); }
void append_number(std::string& out, float number) { append_digits(out, number); }

void append_text(std::string& out, std::string_view text) { out += text; }

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
