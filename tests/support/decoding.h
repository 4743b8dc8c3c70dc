#pragma once

#include <dstream/testing/decode_all.h>

#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.h"

/// Decoders under test: what they find, as text, and the same for every way to cut the input.
namespace decoding {

using Log = std::vector<std::string>;

/// Takes records and reports in order. Views must hold until decode() returns, so a record is also
/// looked at when the next call begins, which is when `settle` is called.
template <class Record>
class Recorder {
 public:
  explicit Recorder(std::function<std::string(const Record&)> show) : show_(std::move(show)) {}

  void record(Record record) { log.push_back(std::string("+").append(show_(record))); }
  void bad(std::string_view reason, std::string_view payload) {
    log.push_back(std::string("-").append(reason).append("|").append(payload));
  }
  Log log;

 private:
  std::function<std::string(const Record&)> show_;
};

/// A decoder whose records are shown only when its decode() is about to return: late enough to
/// notice views that did not last.
template <class D>
class Late {
 public:
  using Record = typename D::Record;
  explicit Late(D decoder) : decoder_(std::move(decoder)) {}

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    Held held;
    const std::size_t done = decoder_.decode(bytes, last, held);
    for (auto& item : held.items) {
      if (item.is_record) {
        out.record(std::move(item.record));
      } else {
        out.bad(item.reason, item.payload);
      }
    }
    return done;
  }

 private:
  struct Item {
    bool is_record;
    Record record;
    std::string reason;
    std::string payload;
  };
  struct Held {
    void record(Record record) { items.push_back({true, std::move(record), {}, {}}); }
    void bad(std::string_view reason, std::string_view payload) {
      items.push_back({false, Record{}, std::string(reason), std::string(payload)});
    }
    std::vector<Item> items;
  };
  D decoder_;
};

template <class D, class Show>
Log log_of(const D& decoder, std::string_view bytes, const std::vector<std::size_t>& ends,
           const Show& show) {
  Recorder<typename D::Record> recorder(show);
  dstream::testing::decode_in_pieces(Late<D>(decoder), bytes, ends, recorder);
  return std::move(recorder.log);
}

/// What the decoder finds; the test fails where it depends on how the bytes are cut up.
template <class D, class Show>
Log log_of(const D& decoder, std::string_view bytes, const Show& show) {
  const Log whole = log_of(decoder, bytes, {}, show);
  std::vector<std::size_t> ends;
  for (std::size_t end = 0; end < bytes.size(); ++end) ends.push_back(end);
  CHECK(log_of(decoder, bytes, ends, show) == whole);
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    ends.clear();
    for (std::size_t end = 0; end < bytes.size(); ++end) {
      if (random() % 8 == 0) ends.push_back(end);
    }
    CHECK(log_of(decoder, bytes, ends, show) == whole);
  }
  return whole;
}

/// For decoders of text.
template <class D>
Log text_log(const D& decoder, std::string_view bytes) {
  return log_of(decoder, bytes, [](std::string_view text) { return std::string(text); });
}

}  // namespace decoding
