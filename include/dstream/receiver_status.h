#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// Life of a receiver.
enum class ReceiverState : std::uint8_t {
  initialized,  ///< its context has not started
  started,      ///< it receives, or tries to connect
  restarting,   ///< it has stopped and starts again after a pause
  stopped,      ///< for good
};

/// What a receiver has done so far. Whatever was dropped is counted here, by kind.
struct ReceiverStatus {
  ReceiverState state = ReceiverState::initialized;
  bool connected = false;
  std::uint16_t port = 0;      ///< that is listened on, also where 0 was asked for
  std::uint32_t clients = 0;   ///< connected to a listening source right now
  std::uint64_t connects = 0;  ///< connections made, files opened, starts of a Receiver
  std::uint64_t failures = 0;  ///< attempts that failed and connections that ended
  std::uint64_t records = 0;   ///< records received
  std::size_t held_bytes = 0;  ///< received data that no batch has given back yet
  std::string last_error;      ///< why the last attempt or connection ended
  Time last_error_time;        ///< when that was

  // Dropped, by kind.
  std::uint64_t dropped_overlong = 0;    ///< lines dropped because they were too long
  std::uint64_t dropped_bad = 0;         ///< pieces of input that the decoder could not read
  std::uint64_t dropped_unfinished = 0;  ///< records cut off where a connection broke
  std::uint64_t dropped_datagrams = 0;   ///< that the kernel had no room for
  std::uint64_t decoder_errors = 0;      ///< calls of the decoder that threw or made no sense
  /// Bytes given to those calls: what a call had handed on before it failed is kept, the rest is lost.
  std::uint64_t decoder_error_bytes = 0;
  std::uint64_t refused_records = 0;  ///< records stored after the receiver had stopped
  std::uint64_t refused_clients = 0;  ///< connections beyond the bound
  std::uint64_t idle_clients = 0;     ///< connections closed because nothing came
  std::uint64_t truncations = 0;      ///< files that became shorter and were begun anew
};

}  // namespace v1
}  // namespace dstream
