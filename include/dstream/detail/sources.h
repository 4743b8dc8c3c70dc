#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <dstream/decoder.h>
#include <dstream/detail/input_source.h>
#include <dstream/options.h>

namespace dstream {
inline namespace v1 {

class ReceiverBase;
struct SocketServerOptions;
struct SyslogOptions;
struct TailOptions;

namespace detail {

class RecordDecoder;

/// What a source of bytes is made of.
struct ByteSourceParts {
  const char* operation;                         ///< of the stream, for messages
  std::shared_ptr<const RecordDecoder> decoder;  ///< copied for each connection
  BadRecords bad_records = BadRecords::dead_letter;
  std::size_t max_pending_bytes = std::size_t{16} << 20;  ///< that a decoder may wait for
};

// The sources behind the members of StreamingContext and ReceiverStreams; all throw
// Error{Errc::invalid_argument} for what cannot be.

DSTREAM_EXPORT std::shared_ptr<InputSource> make_socket_text_source(std::string host,
                                                                    std::uint16_t port,
                                                                    const Options& options);
DSTREAM_EXPORT std::shared_ptr<InputSource> make_socket_source(ByteSourceParts parts,
                                                               std::string host, std::uint16_t port,
                                                               const Options& options);
DSTREAM_EXPORT std::shared_ptr<InputSource> make_socket_server_source(
    ByteSourceParts parts, std::uint16_t port, const SocketServerOptions& server,
    const Options& options);
DSTREAM_EXPORT std::shared_ptr<InputSource> make_udp_source(ByteSourceParts parts,
                                                            std::uint16_t port, std::string address,
                                                            const Options& options);
DSTREAM_EXPORT std::shared_ptr<InputSource> make_syslog_source(std::uint16_t port,
                                                               const SyslogOptions& syslog,
                                                               const Options& options);
/// Without a decoder (null): lines.
DSTREAM_EXPORT std::shared_ptr<InputSource> make_tail_source(ByteSourceParts parts,
                                                             std::string path,
                                                             const TailOptions& tail,
                                                             const Options& options);
DSTREAM_EXPORT std::shared_ptr<InputSource> make_stdin_text_source(const Options& options);
DSTREAM_EXPORT std::shared_ptr<InputSource> make_receiver_source(
    std::shared_ptr<ReceiverBase> receiver, const Options& options);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
