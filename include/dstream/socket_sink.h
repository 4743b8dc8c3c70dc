#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/detail/box.h>
#include <dstream/detail/csv_record.h>
#include <dstream/detail/durations.h>
#include <dstream/detail/json_record.h>
#include <dstream/detail/kept.h>
#include <dstream/export.h>
#include <dstream/format.h>
#include <dstream/sink.h>
#include <dstream/time.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {

/// How a record becomes a line.
enum class LineFormat : std::uint8_t {
  text,    ///< as print() shows it
  ndjson,  ///< as save_as_ndjson_files
  csv,     ///< as save_as_csv_files, without column names
};

struct SocketSinkOptions {
  LineFormat format = LineFormat::text;
  /// The longest wait for a connection, and for the other side to take a byte.
  Duration timeout = std::chrono::seconds(5);
};

namespace detail {

/// The connection of a socket sink, made when it is needed, and the lines of writes that are not
/// committed. Thread-safe.
class DSTREAM_EXPORT SocketLines {
 public:
  SocketLines(std::string host, std::uint16_t port, Duration timeout);
  ~SocketLines();

  /// An empty buffer for a write; it stays where it is until send() or drop().
  void open(const WriteKey& key);
  std::string& buffer(const WriteKey& key);
  /// Sends a write's lines; nothing to do for one that has been sent or dropped.
  void send(const WriteKey& key);
  void drop(const WriteKey& key);

 private:
  struct State;
  Box<State> state_;
};

/// Throws Errc::invalid_argument: records of the type cannot be written so.
[[noreturn]] DSTREAM_EXPORT void throw_no_line_form(std::string_view type_name);

template <class T>
class SocketSink final : public Sink<T> {
 public:
  SocketSink(std::string host, std::uint16_t port, SocketSinkOptions options)
      : lines_(std::move(host), port, options.timeout), format_(options.format) {
    const bool possible = format_ == LineFormat::text     ? Printable<T>
                          : format_ == LineFormat::ndjson ? kHasJsonForm<T>
                                                          : has_csv_form<T>();
    if (!possible) throw_no_line_form(type_name<T>());
  }

  void begin(const WriteKey& key) override { lines_.open(key); }
  void write(const WriteKey& key, const T& record) override {
    std::string& out = lines_.buffer(key);
    if (format_ == LineFormat::csv) {
      if constexpr (has_csv_form<T>()) append_csv_row(out, record);
      return;
    }
    if (format_ == LineFormat::text) {
      if constexpr (Printable<T>) format_value(out, record);
    } else {
      if constexpr (kHasJsonForm<T>) append_json(out, record);
    }
    append_text(out, "\n");
  }
  std::string prepare(const WriteKey&) override { return {}; }
  void commit(const WriteKey& key, const std::string&) override { lines_.send(key); }
  void abort(const WriteKey& key, const std::string&) override { lines_.drop(key); }

 private:
  SocketLines lines_;
  const LineFormat format_;
};

}  // namespace detail

/// A sink for write_to() that sends each record as a line to a TCP server. The lines of a batch are
/// kept in memory and sent after its COMMIT, partition by partition; nothing of a failed batch is
/// sent. Connects when there is something to send, and again after the connection was lost.
///
/// At least once, as far as TCP tells: a partition whose sending fails is sent again as a whole, in
/// the next attempt (Options::max_task_failures), so lines may come twice. Not kept are lines that
/// the connection had taken but not delivered when the server died, because TCP does not say which,
/// and those of a batch that was committed when this process died.
///
/// Throws Error{Errc::invalid_argument} where T cannot be written in the format. The sink's calls
/// throw Error{Errc::io}.
template <class T>
std::shared_ptr<Sink<T>> socket_sink(std::string host, std::uint16_t port,
                                     SocketSinkOptions options = {}) {
  return detail::make_kept<detail::SocketSink<T>, Sink<T>>(std::move(host), port, options);
}

}  // namespace v1
}  // namespace dstream
