#pragma once

#include <dstream/testing/decode_all.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// What must hold of a decoder whatever it is given: it does not crash nor throw, is done with no
/// more than it was given (decode_in_pieces checks that), gives no more records and reports than
/// there are bytes, bounds its reports, and finds the same however the bytes are cut up.
template <class D, class Show>
void check_decoder(const D& decoder, std::string_view bytes, const Show& show) {
  struct Output {
    void record(typename D::Record record) {
      log.push_back(std::string("+").append((*show)(record)));
    }
    void bad(std::string_view reason, std::string_view payload) {
      if (reason.size() > 1024 || payload.size() > 256) throw std::logic_error("a report is long");
      log.push_back(std::string("-").append(reason).append("|").append(payload));
    }
    const Show* show;
    std::vector<std::string> log;
  };
  const auto found = [&](const std::vector<std::size_t>& ends) {
    Output out{&show, {}};
    dstream::testing::decode_in_pieces(decoder, bytes, ends, out);
    return std::move(out.log);
  };
  const auto whole = found({});
  if (whole.size() > bytes.size() + 1) throw std::logic_error("more records than bytes");
  // The cuts follow from the input, so that a failure comes again.
  std::uint64_t random = 0x9E3779B97F4A7C15u ^ bytes.size();
  for (const char c : bytes) random = (random ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  for (const std::uint64_t distance : {1U, 7U, 100U}) {
    std::vector<std::size_t> ends;
    for (std::size_t end = 0; end < bytes.size(); end += 1 + (random >> 33) % distance) {
      ends.push_back(end);
      random = random * 6364136223846793005u + 1442695040888963407u;
    }
    if (found(ends) != whole) throw std::logic_error("the cuts change what is found");
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline std::string show_text(std::string_view text) { return std::string(text); }

}  // namespace fuzz
