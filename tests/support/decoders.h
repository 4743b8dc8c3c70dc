#pragma once

#include <dstream/detail/record_decoder.h>
#include <dstream/detail/sources.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

/// Decoders that are as small as can be, good and bad ones.
namespace decoders {

/// Lines; the last one needs no end.
struct Lines {
  using Record = std::string;

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    std::size_t used = 0;
    for (std::size_t end; (end = bytes.find('\n', used)) != std::string_view::npos;
         used = end + 1) {
      line(bytes.substr(used, end - used), out);
    }
    if (last && used != bytes.size()) {
      line(bytes.substr(used), out);
      used = bytes.size();
    }
    return used;
  }
  template <class Out>
  void line(std::string_view text, Out& out) {
    if (text == "boom") throw std::runtime_error("cannot stand boom");
    if (text == "bad") return out.bad("a bad line", text);
    out.record(std::string(text));
  }
};

/// A byte with the length, then as many bytes.
struct Frames {
  using Record = std::string;

  template <class Out>
  std::size_t decode(std::string_view bytes, bool, Out& out) {
    std::size_t used = 0;
    while (used < bytes.size()) {
      const auto size = static_cast<std::size_t>(static_cast<unsigned char>(bytes[used]));
      if (bytes.size() - used < size + 1) break;
      out.record(std::string(bytes.substr(used + 1, size)));
      used += size + 1;
    }
    return used;
  }
};

/// Says that it is done with more than it was given.
struct Greedy {
  using Record = std::string;
  template <class Out>
  std::size_t decode(std::string_view bytes, bool, Out& out) {
    out.record(std::string(bytes));
    return bytes.size() + 1;
  }
};

/// Never done with anything.
struct Deaf {
  using Record = std::string;
  template <class Out>
  std::size_t decode(std::string_view, bool, Out&) {
    return 0;
  }
};

template <class D>
dstream::detail::ByteSourceParts parts(
    D decoder, dstream::BadRecords bad_records = dstream::BadRecords::dead_letter,
    std::size_t max_pending_bytes = std::size_t{16} << 20) {
  return {"test_stream",
          std::make_shared<const dstream::detail::TypedDecoder<D>>(std::move(decoder)), bad_records,
          max_pending_bytes};
}

}  // namespace decoders
