#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/decoder.h>
#include <dstream/error.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace testing {

/// A piece of input that a decoder could not read.
struct BadInput {
  std::string reason;
  std::string payload;

  friend bool operator==(const BadInput&, const BadInput&) = default;
};

/// What a decoder made of some bytes.
template <class Record>
struct Decoded {
  std::vector<Owned<Record>> records;
  std::vector<BadInput> bad;
};

/// Gives `bytes` to a decoder the way a source does, in pieces that end at the given places (in
/// ascending order, below bytes.size()) and at the end; records and reports go to `out`. Throws
/// Error{Errc::illegal_state} where decode() says that it is done with more than it was given, or
/// with less than all at the end.
template <Decoder D, class Out>
void decode_in_pieces(D decoder, std::string_view bytes, const std::vector<std::size_t>& ends,
                      Out& out) {
  std::size_t done = 0;
  for (std::size_t i = 0; i <= ends.size(); ++i) {
    const bool last = i == ends.size();
    // Memory of its own for each call, so that views that outlive it are noticed.
    const std::vector<char> given(
        bytes.begin() + static_cast<std::ptrdiff_t>(done),
        last ? bytes.end() : bytes.begin() + static_cast<std::ptrdiff_t>(ends[i]));
    const std::size_t count = decoder.decode({given.data(), given.size()}, last, out);
    if (count > given.size() || (last && count != given.size())) {
      throw Error(Errc::illegal_state, "decode() is done with " + std::to_string(count) + " of " +
                                           std::to_string(given.size()) + " bytes");
    }
    done += count;
  }
}

/// What `decoder` makes of `bytes`, given in pieces of `piece_bytes`; 0: all at once. For tests of
/// decoders without a context. Records must own what they hold, or be views of text, which are
/// copied.
template <Decoder D>
Decoded<typename D::Record> decode_all(D decoder, std::string_view bytes,
                                       std::size_t piece_bytes = 0) {
  using Record = typename D::Record;
  detail::check_retainable<Record>();
  struct Output {
    void record(Record record) { decoded.records.push_back(own(std::move(record))); }
    void bad(std::string_view reason, std::string_view payload) {
      decoded.bad.push_back({std::string(reason), std::string(payload)});
    }
    Decoded<Record> decoded;
  };
  std::vector<std::size_t> ends;
  for (std::size_t end = piece_bytes; piece_bytes != 0 && end < bytes.size(); end += piece_bytes) {
    ends.push_back(end);
  }
  Output out;
  decode_in_pieces(std::move(decoder), bytes, ends, out);
  return std::move(out.decoded);
}

}  // namespace testing
}  // namespace v1
}  // namespace dstream
