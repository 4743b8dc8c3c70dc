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

/// A decoder turns bytes into records. It is copied once per connection or file and then used by
/// one thread; what it keeps between two calls belongs to that connection.
///
///     struct Decoder {
///       using Record = …;                       // may hold views of the bytes
///       template <class Out>
///       std::size_t decode(std::string_view bytes, bool last, Out& out);
///     };
///
/// decode() reads whole records from the front of `bytes`, hands each to `out.record(record)`, and
/// what it cannot read to `out.bad(reason, payload)`; it returns how many bytes it is done with. The
/// rest is given to it again with more behind it. `last`: nothing follows; what is left then counts
/// as cut off and is either a record or bad. Views in a record need to live only during the call
/// to record(). A decoder bounds what it waits for: beyond its limit it calls bad() and skips.
template <class D>
concept Decoder = std::copy_constructible<D> && requires { typename D::Record; };

}  // namespace v1
}  // namespace dstream
