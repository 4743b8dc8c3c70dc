#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dstream {
inline namespace v1 {

/// What a source does with input that its decoder cannot read. It is counted in every case.
enum class BadRecords : std::uint8_t {
  drop,         ///< left out
  dead_letter,  ///< left out, and handed to Options::dead_letters with the reason
  fail,         ///< the context stops with Errc::corrupt_data
};

/// How a file may be cut into pieces that several tasks decode at once. A decoder says so in an
/// optional member `SplitRule split_rule() const`; without it a file is one piece.
struct SplitRule {
  bool at_newlines = false;      ///< every '\n' ends a record
  bool header = false;           ///< with at_newlines: the first line is given ahead of every piece
  std::size_t record_bytes = 0;  ///< every record has so many bytes; 0: it has not
};

namespace detail {

// Bytes of unusable input that go with a report.
inline constexpr std::size_t kReportedBytes = 256;

// Stands for whoever takes a decoder's records.
template <class Record>
struct ProbeOutput {
  void record(Record record);
  void bad(std::string_view reason, std::string_view payload);
};

}  // namespace detail

/// A decoder turns bytes into records. It is copied once per connection or piece of a file and then
/// used by one thread; what it keeps between two calls belongs to that connection or piece.
///
///     struct Decoder {
///       using Record = …;                       // may hold views
///       template <class Out>
///       std::size_t decode(std::string_view bytes, bool last, Out& out);
///     };
///
/// decode() reads whole records from the front of `bytes`, hands each to `out.record(record)`, and
/// what it cannot read to `out.bad(reason, payload)`; it returns how many bytes it is done with. The
/// rest is given to it again, at another address and with more behind it. `last`: nothing follows;
/// what is left then counts as cut off and is either a record or bad. What the views in a record
/// point at, the given bytes or memory of the decoder, stays as it is until decode() returns. A
/// decoder bounds what it waits for: beyond its limit it calls bad() and skips. The same bytes give
/// the same records and reports however they are cut up. decode() may throw for what is no matter of
/// a single record; the source then fails.
template <class D>
concept Decoder =
    std::copy_constructible<D> &&
    requires(D decoder, std::string_view bytes, detail::ProbeOutput<typename D::Record> out) {
      { decoder.decode(bytes, true, out) } -> std::convertible_to<std::size_t>;
    };

namespace detail {

template <class D>
SplitRule split_rule_of(const D& decoder) {
  if constexpr (requires {
                  { decoder.split_rule() } -> std::convertible_to<SplitRule>;
                }) {
    return decoder.split_rule();
  } else {
    return {};
  }
}

/// Fails to compile, with one message, for what is no decoder.
template <class D>
constexpr bool check_decoder() {
  constexpr bool kIsDecoder = Decoder<D>;
  static_assert(kIsDecoder,
                "dstream: the decoder must be copyable, have a type Record and a member "
                "std::size_t decode(std::string_view bytes, bool last, Out& out) for any Out");
  return kIsDecoder;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
