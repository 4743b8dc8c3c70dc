#include "dstream/syslog.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace dstream {
inline namespace v1 {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr const char* kTooLong = "the syslog message is too long";
constexpr unsigned kMaxPriority = 191;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the text up to the next blank, and the blank, away from `text`.
std::string_view take_word(std::string_view& text) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(std::min(blank + 1, text.size()));
  return word;
}

std::string field(std::string_view word) { return word == "-" ? std::string() : std::string(word); }

/// Takes "<PRI>" away. False where there is one and it makes no sense.
bool take_priority(std::string_view& text, Syslog& message) {
  if (!text.starts_with('<')) return true;
  unsigned priority = 0;
  const char* const end = text.data() + std::min<std::size_t>(text.size(), 5);
  const auto [at, code] = std::from_chars(text.data() + 1, end, priority);
  if (code != std::errc() || at == end || *at != '>' || priority > kMaxPriority) return false;
  message.facility = static_cast<std::uint8_t>(priority / 8);
  message.severity = static_cast<std::uint8_t>(priority % 8);
  text.remove_prefix(static_cast<std::size_t>(at - text.data()) + 1);
  return true;
}

/// The length of "[id name="value" …]…", in which ']' and '"' of values are escaped; nothing where
/// it does not end.
std::optional<std::size_t> structured_data_size(std::string_view text) {
  bool quoted = false;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (inside) {
      if (c == '"') quoted = true;
      if (c == ']') inside = false;
    } else if (c == '[') {
      inside = true;
    } else {
      return i;
    }
  }
  if (inside || quoted) return std::nullopt;
  return text.size();
}

bool parse_5424(std::string_view text, Syslog& message, std::string& reason) {
  message.version = 1;
  message.timestamp = field(take_word(text));
  message.host = field(take_word(text));
  message.app = field(take_word(text));
  message.process_id = field(take_word(text));
  message.message_id = field(take_word(text));
  if (text.starts_with('[')) {
    const auto size = structured_data_size(text);
    if (!size) {
      reason = "the structured data of an RFC 5424 message do not end";
      return false;
    }
    message.structured_data = text.substr(0, *size);
    text.remove_prefix(*size);
  } else if (text.starts_with('-')) {
    text.remove_prefix(1);
  } else {
    reason = "the header of an RFC 5424 message is cut off";
    return false;
  }
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  message.message = text;
  return true;
}

/// "Mmm dd hh:mm:ss", as RFC 3164 has it.
bool is_bsd_timestamp(std::string_view text) {
  constexpr std::string_view kShape = "Aaa _0 00:00:00";
  if (text.size() < kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char c = text[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const char want = kShape[i];
    const bool good = want == 'A' || want == 'a' ? letter
                      : want == '_'              ? c == ' ' || is_digit(c)
                      : want == '0'              ? is_digit(c)
                                                 : c == want;
    if (!good) return false;
  }
  return text.size() == kShape.size() || text[kShape.size()] == ' ';
}

/// Takes "tag:" or "tag[pid]:" away, if there is one.
void take_tag(std::string_view& text, Syslog& message) {
  const std::size_t end = text.find_first_of(":[ ");
  if (end == std::string_view::npos || end == 0 || text[end] == ' ') return;
  std::size_t colon = end;
  if (text[end] == '[') {
    const std::size_t bracket = text.find(']', end);
    if (bracket == std::string_view::npos || bracket + 1 >= text.size()) return;
    if (text[bracket + 1] != ':') return;
    message.process_id = text.substr(end + 1, bracket - end - 1);
    colon = bracket + 1;
  }
  message.app = text.substr(0, end);
  text.remove_prefix(colon + 1);
  if (text.starts_with(' ')) text.remove_prefix(1);
}

void parse_3164(std::string_view text, Syslog& message) {
  constexpr std::size_t kTimestamp = 15;
  if (is_bsd_timestamp(text)) {
    message.timestamp = text.substr(0, kTimestamp);
    text.remove_prefix(std::min(kTimestamp + 1, text.size()));
    message.host = take_word(text);
    take_tag(text, message);
  }
  message.message = text;
}

}  // namespace

bool parse_syslog(std::string_view text, Syslog& message, std::string& reason) {
  message = {};
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (!take_priority(text, message)) {
    reason = "the priority of a syslog message is not 0 to 191";
    return false;
  }
  if (text.starts_with("1 ")) {
    text.remove_prefix(2);
    return parse_5424(text, message, reason);
  }
  parse_3164(text, message);
  return true;
}

SyslogFrames::Frame SyslogFrames::next(std::string_view bytes, bool last) {
  if (skip_bytes_ != 0 || skip_line_) return skip(bytes);
  return is_digit(bytes.front()) ? counted(bytes, last) : line(bytes, last);
}

/// What is left of a message that was too long and has been reported.
SyslogFrames::Frame SyslogFrames::skip(std::string_view bytes) {
  if (skip_bytes_ != 0) {
    const std::size_t skipped = std::min(skip_bytes_, bytes.size());
    skip_bytes_ -= skipped;
    return {skipped};
  }
  const std::size_t newline = bytes.find('\n');
  skip_line_ = newline == std::string_view::npos;
  return {skip_line_ ? bytes.size() : newline + 1};
}

SyslogFrames::Frame SyslogFrames::counted(std::string_view bytes, bool last) {
  constexpr std::size_t kMaxDigits = 9;
  std::size_t size = 0;
  const char* const limit = bytes.data() + std::min(bytes.size(), kMaxDigits);
  const char* const at = std::from_chars(bytes.data(), limit, size).ptr;
  const auto digits = static_cast<std::size_t>(at - bytes.data());
  if (digits == bytes.size() && digits < kMaxDigits) {
    return last ? Frame{bytes.size(), bytes, "a counted syslog message is cut off"} : Frame{};
  }
  // Not a count after all: a line that begins with a digit.
  if (digits == kMaxDigits || *at != ' ') return line(bytes, last);
  if (size > max_bytes_) {
    skip_bytes_ = size;
    return {digits + 1, bytes.substr(0, max_bytes_), kTooLong};
  }
  if (bytes.size() >= digits + 1 + size) return {digits + 1 + size, bytes.substr(digits + 1, size)};
  return last ? Frame{bytes.size(), bytes, "a counted syslog message is cut off"} : Frame{};
}

SyslogFrames::Frame SyslogFrames::line(std::string_view bytes, bool last) {
  const std::size_t newline = bytes.find('\n');
  const std::size_t size = std::min(newline, bytes.size());
  if (size > max_bytes_) {
    skip_line_ = newline == std::string_view::npos;
    return {skip_line_ ? bytes.size() : newline + 1, bytes.substr(0, max_bytes_), kTooLong};
  }
  if (newline != std::string_view::npos) return {newline + 1, bytes.substr(0, newline)};
  return last ? Frame{bytes.size(), bytes} : Frame{};
}

}  // namespace v1
}  // namespace dstream
