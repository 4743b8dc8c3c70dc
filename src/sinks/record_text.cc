#include <cmath>
#include <cstddef>

#include "dstream/detail/csv_record.h"
#include "dstream/detail/json_record.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

bool continues(unsigned char byte) { return (byte & 0xc0) == 0x80; }

/// The length of the UTF-8 sequence at the front of `text`, 0 where there is no valid one: no
/// overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(byte(i))) return 0;
  }
  if (first == 0xe0 && byte(1) < 0xa0) return 0;
  if (first == 0xed && byte(1) > 0x9f) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  if (first == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kShort = "\b\f\n\r\t\"\\";
  constexpr std::string_view kLetters = "bfnrt\"\\";
  out += '\\';
  if (const std::size_t at = kShort.find(c); at != kShort.npos) {
    out += kLetters[at];
    return;
  }
  out += "u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[static_cast<unsigned char>(c) & 15];
}

template <class Number>
void append_finite(std::string& out, Number number) {
  if (std::isfinite(number)) {
    append_number(out, number);
  } else {
    out += "null";
  }
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      length = 1;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') {
      append_escaped(out, c);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void append_json_number(std::string& out, double number) { append_finite(out, number); }
void append_json_number(std::string& out, float number) { append_finite(out, number); }

void append_json_name(std::string& out, std::string_view name, std::size_t index) {
  out += index == 0 ? "{\"" : ",\"";
  // The compiler's spelling of a field's name needs no escapes.
  if (name.empty()) {
    out += '_';
    append_number(out, std::uint64_t{index + 1});
  } else {
    out += name;
  }
  out += "\":";
}

void append_csv_text(std::string& out, std::string_view text) {
  const bool quoted = text.empty() || text.front() == ' ' || text.back() == ' ' ||
                      text.find_first_of(",\"\r\n") != text.npos;
  if (!quoted) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_csv_name(std::string& out, std::string_view name, std::size_t index) {
  if (index > 0) out += ',';
  if (name.empty()) {
    out += '_';
    append_number(out, std::uint64_t{index + 1});
  } else {
    out += name;
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
