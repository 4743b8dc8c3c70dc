#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

/// A syslog message of RFC 5424 or RFC 3164. What a message leaves out ("-" in RFC 5424) is empty.
struct Syslog {
  std::uint8_t facility = 1;  ///< 0 (kernel) to 23 (local7); 1 (user) where a message has none
  std::uint8_t severity = 5;  ///< 0 (emergency) to 7 (debug); 5 (notice) where it has none
  std::uint8_t version = 0;   ///< 1 for RFC 5424, 0 for RFC 3164
  std::string timestamp;      ///< as sent: "2003-10-11T22:14:15.003Z" or "Oct 11 22:14:15"
  std::string host;
  std::string app;  ///< APP-NAME, or the tag
  std::string process_id;
  std::string message_id;       ///< RFC 5424
  std::string structured_data;  ///< RFC 5424, as sent: "[id name=\"value\"]…"
  std::string message;          ///< without a byte order mark; any bytes

  bool operator==(const Syslog&) const = default;
};

/// Reads one message. False for an RFC 5424 header that is cut off or malformed and for a priority
/// beyond 191, with why in `reason`; RFC 3164 takes any text: what has no header is all message.
/// Never throws but std::bad_alloc.
DSTREAM_EXPORT bool parse_syslog(std::string_view text, Syslog& message, std::string& reason);

/// Syslog messages of datagrams: a decoder.
class SyslogDatagram {
 public:
  using Record = Syslog;

  template <class Out>
  std::size_t decode(std::string_view bytes, bool, Out& out) const {
    Syslog message;
    std::string reason;
    if (bytes.empty()) return 0;
    if (parse_syslog(bytes, message, reason)) {
      out.record(static_cast<Syslog&&>(message));
    } else {
      out.bad(reason, bytes);
    }
    return bytes.size();
  }
};

/// Syslog messages of a TCP stream (RFC 6587): a decoder. A message that begins with a digit is
/// counted ("LENGTH SP MESSAGE"), any other ends at '\n'; one longer than `max_bytes` is bad and
/// skipped.
class SyslogFrames {
 public:
  using Record = Syslog;

  explicit SyslogFrames(std::size_t max_bytes = std::size_t{64} << 10) : max_bytes_(max_bytes) {}

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    std::size_t used = 0;
    while (used != bytes.size()) {
      const Frame frame = next(bytes.substr(used), last);
      if (frame.fault != nullptr) out.bad(frame.fault, frame.text);
      if (frame.fault == nullptr && !frame.text.empty()) {
        SyslogDatagram().decode(frame.text, true, out);
      }
      used += frame.used;
      if (frame.used == 0) break;
    }
    return used;
  }

 private:
  /// How the bytes begin: how many are done with (0: wait for more), the message among them, if there
  /// is one, and what is wrong with it.
  struct Frame {
    std::size_t used = 0;
    std::string_view text = {};
    const char* fault = nullptr;
  };
  DSTREAM_EXPORT Frame next(std::string_view bytes, bool last);
  Frame skip(std::string_view bytes);
  Frame counted(std::string_view bytes, bool last);
  Frame line(std::string_view bytes, bool last);

  std::size_t max_bytes_;
  std::size_t skip_bytes_ = 0;  // of a counted message that was too long
  bool skip_line_ = false;      // the rest of a line that was too long
};

}  // namespace v1
}  // namespace dstream
