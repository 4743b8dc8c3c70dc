#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/decoder.h>
#include <dstream/detail/durations.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/record_decoder.h>
#include <dstream/detail/sources.h>
#include <dstream/options.h>
#include <dstream/receiver.h>
#include <dstream/stream.h>
#include <dstream/syslog.h>

namespace dstream {
inline namespace v1 {

/// Settings of a source that connects.
struct SocketOptions {
  BadRecords bad_records = BadRecords::dead_letter;
  /// Bytes that the decoder may wait for; beyond, it counts as failed.
  std::size_t max_pending_bytes = std::size_t{16} << 20;
};

/// Settings of a source that listens.
struct SocketServerOptions {
  /// Numeric address to listen on; "0.0.0.0" or "::" for all of the machine's.
  std::string address = "127.0.0.1";
  /// Connections at a time; further ones are closed at once and counted.
  std::uint32_t max_clients = 1024;
  /// A client that sends nothing for so long is disconnected; 0: never.
  Duration idle_timeout = Duration(0);
  BadRecords bad_records = BadRecords::dead_letter;
  /// Bytes that a client's decoder may wait for; beyond, it counts as failed. All clients together
  /// may have Tunables::receiver_capacity_bytes waiting; beyond, the largest one is disconnected.
  std::size_t max_pending_bytes = std::size_t{16} << 20;
};

/// Settings of a source of datagrams.
struct UdpOptions {
  std::string address = "127.0.0.1";  ///< numeric, as in SocketServerOptions
  BadRecords bad_records = BadRecords::dead_letter;
};

/// How syslog messages come.
enum class SyslogTransport : std::uint8_t {
  udp,  ///< a datagram each (RFC 5426)
  tcp,  ///< octet counting or a line each (RFC 6587), told apart message by message
};

/// Settings of a syslog source.
struct SyslogOptions {
  SyslogTransport transport = SyslogTransport::udp;
  std::string address = "127.0.0.1";
  BadRecords bad_records = BadRecords::dead_letter;
  std::uint32_t max_clients = 1024;     ///< tcp, as in SocketServerOptions
  Duration idle_timeout = Duration(0);  ///< tcp
};

/// Settings of a source that follows a file.
struct TailOptions {
  /// Whether what the file holds at first is read, too; files that come later always are read whole.
  bool from_beginning = false;
  /// How often the file is looked at.
  Duration poll_interval = std::chrono::milliseconds(250);
  BadRecords bad_records = BadRecords::dead_letter;
  /// Bytes that the decoder may wait for; beyond, it counts as failed.
  std::size_t max_pending_bytes = std::size_t{16} << 20;
};

/// The sources that receive on a thread of their own, as members of StreamingContext. What no batch
/// has given back is bounded by Tunables::receiver_capacity_bytes per source; then they stop
/// reading. StreamingContext::receivers() counts all that they drop. A decoder (decoder.h) that
/// throws, claims more bytes than it was given, or waits for more than it may counts as failed over
/// the bytes of that call: they are dropped as a bad record under the source's policy, and the source
/// goes on with a decoder as new: on a new connection, with the next datagram, behind the next line
/// end of a file.
template <class Context>
class ReceiverStreams {
 public:
  /// Records of a custom receiver; see Receiver. A receiver serves one stream.
  template <class T>
  DStream<T> receiver_stream(std::shared_ptr<Receiver<T>> receiver,
                             std::source_location where = std::source_location::current()) {
    return self().template add_source<T>(
        "receiver_stream", detail::make_receiver_source(std::move(receiver), self().options()),
        where);
  }
  template <class R>
    requires std::is_base_of_v<ReceiverBase, R>
  auto receiver_stream(std::shared_ptr<R> receiver,
                       std::source_location where = std::source_location::current()) {
    return receiver_stream(std::shared_ptr<Receiver<typename R::Record>>(std::move(receiver)),
                           where);
  }

  /// Records that a TCP server sends: connects to host:port, and again with growing delay whenever
  /// the connection fails or ends.
  template <class D>
  auto socket_stream(std::string host, std::uint16_t port, D decoder, SocketOptions options = {},
                     std::source_location where = std::source_location::current()) {
    if constexpr (detail::check_decoder<D>()) {
      return add<D>(
          detail::make_socket_source(parts("socket_stream", std::move(decoder), options.bad_records,
                                           options.max_pending_bytes),
                                     std::move(host), port, self().options()),
          "socket_stream", where);
    }
  }

  /// Records that TCP clients send: listens on the port (0: a free one, see ReceiverStatus::port)
  /// from start() on, which throws Error{Errc::io} if the port is taken. One thread serves all
  /// clients; each has a decoder of its own.
  template <class D>
  auto socket_server_stream(std::uint16_t port, D decoder, SocketServerOptions options = {},
                            std::source_location where = std::source_location::current()) {
    if constexpr (detail::check_decoder<D>()) {
      return add<D>(
          detail::make_socket_server_source(parts("socket_server_stream", std::move(decoder),
                                                  options.bad_records, options.max_pending_bytes),
                                            port, options, self().options()),
          "socket_server_stream", where);
    }
  }

  /// Records of UDP datagrams, each decoded by itself; listens on the port from start() on. What the
  /// kernel drops because the source is full is counted, as far as it tells.
  template <class D>
  auto udp_stream(std::uint16_t port, D decoder, UdpOptions options = {},
                  std::source_location where = std::source_location::current()) {
    if constexpr (detail::check_decoder<D>()) {
      return add<D>(detail::make_udp_source(
                        parts("udp_stream", std::move(decoder), options.bad_records, SIZE_MAX),
                        port, std::move(options.address), self().options()),
                    "udp_stream", where);
    }
  }

  /// Syslog messages of RFC 5424 and RFC 3164; listens on the port from start() on.
  DStream<Syslog> syslog_stream(std::uint16_t port, SyslogOptions options = {},
                                std::source_location where = std::source_location::current()) {
    return self().template add_source<Syslog>(
        "syslog_stream", detail::make_syslog_source(port, options, self().options()), where);
  }

  /// Lines of standard input, which nothing else may read meanwhile. At its end nothing more comes.
  DStream<std::string_view> stdin_text_stream(
      std::source_location where = std::source_location::current()) {
    return self().template add_source<std::string_view>(
        "stdin_text_stream", detail::make_stdin_text_source(self().options()), where);
  }

  /// Lines of a log file that grows, followed through rotation (it is renamed and a new one takes its
  /// name: the old one is read to its end first) and truncation (the new content is read from its
  /// begin). A last line without end is kept until its end comes or the file is replaced. A file that
  /// is not there yet is waited for. A truncated file that has outgrown its former length when it is
  /// looked at next cannot be told from one that only grew.
  DStream<std::string_view> tail_stream(
      std::string path, TailOptions options = {},
      std::source_location where = std::source_location::current()) {
    return self().template add_source<std::string_view>(
        "tail_stream",
        detail::make_tail_source(
            {"tail_stream", nullptr, options.bad_records, options.max_pending_bytes},
            std::move(path), options, self().options()),
        where);
  }
  /// The same with a decoder.
  template <class D>
    requires(!std::is_same_v<D, TailOptions>)
  auto tail_stream(std::string path, D decoder, TailOptions options = {},
                   std::source_location where = std::source_location::current()) {
    if constexpr (detail::check_decoder<D>()) {
      return add<D>(detail::make_tail_source(parts("tail_stream", std::move(decoder),
                                                   options.bad_records, options.max_pending_bytes),
                                             std::move(path), options, self().options()),
                    "tail_stream", where);
    }
  }

 protected:
  ReceiverStreams() = default;
  ~ReceiverStreams() = default;

 private:
  Context& self() { return static_cast<Context&>(*this); }

  template <class D>
  static detail::ByteSourceParts parts(const char* operation, D decoder, BadRecords bad_records,
                                       std::size_t max_pending_bytes) {
    return {
        operation,
        detail::make_kept<detail::TypedDecoder<D>, const detail::RecordDecoder>(std::move(decoder)),
        bad_records, max_pending_bytes};
  }
  template <class D>
  DStream<typename D::Record> add(std::shared_ptr<detail::InputSource> source,
                                  const char* operation, std::source_location where) {
    detail::check_retainable<typename D::Record>();
    return self().template add_source<typename D::Record>(operation, std::move(source), where);
  }
};

}  // namespace v1
}  // namespace dstream
