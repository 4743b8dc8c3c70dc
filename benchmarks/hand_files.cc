#include "hand_files.h"

#include <charconv>

#include "hand_batch.h"
#include "read_file.h"

namespace dstream::bench {
namespace {

class LinesByHand {
 public:
  std::int64_t operator()(const std::string& path) {
    std::int64_t count = 0;
    read_file(path, buffer_.get(), [&](const char* p, const char* end) {
      while (p != end) {
        p = static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p))) + 1;
        ++count;
      }
    });
    return count;
  }

 private:
  std::unique_ptr<char[]> buffer_ = make_read_buffer();
};

class CsvByHand {
 public:
  std::int64_t operator()(const std::string& path) {
    std::int64_t sum = 0;
    bool header = true;
    read_file(path, buffer_.get(), [&](const char* p, const char* end) {
      if (std::exchange(header, false)) p = field_end(p, end, '\n') + 1;
      while (p != end) {
        Trade trade{};
        p = number(p, end, trade.time);
        p = number(p, end, trade.id);
        const char* const symbol_end = field_end(p, end, ',');
        trade.symbol = {p, static_cast<std::size_t>(symbol_end - p)};
        p = number(symbol_end + 1, end, trade.price);
        p = number(p, end, trade.size);
        const char* const line_end = field_end(p, end, '\n');
        trade.buy = std::string_view(p, static_cast<std::size_t>(line_end - p)) == "true";
        p = line_end + 1;
        sum += digest_of_trade(trade);
      }
    });
    return sum;
  }

 private:
  static const char* field_end(const char* p, const char* end, char delimiter) {
    const auto* found =
        static_cast<const char*>(std::memchr(p, delimiter, static_cast<std::size_t>(end - p)));
    if (found == nullptr) throw std::runtime_error("a field is missing");
    return found;
  }
  template <class T>
  static const char* number(const char* p, const char* end, T& to) {
    const char* const stop = field_end(p, end, ',');
    const auto [rest, error] = std::from_chars(p, stop, to);
    if (error != std::errc() || rest != stop) throw std::runtime_error("not a number");
    return stop + 1;
  }

  std::unique_ptr<char[]> buffer_ = make_read_buffer();
};

}  // namespace

std::unique_ptr<Runner> hand_text_files(const FileData& data, int) {
  return hand_runner<LinesByHand>(data.paths());
}

std::unique_ptr<Runner> hand_csv(const FileData& data, int) {
  return hand_runner<CsvByHand>(data.paths());
}

}  // namespace dstream::bench
