#include <dstream/csv.h>

#include <optional>

#include "fuzz_decoder.h"

namespace {

struct Row {
  std::string_view name;
  double price = 0;
  std::int32_t size = 0;
  bool buy = false;
  std::optional<std::string> note;
};

std::string show(const Row& row) {
  return std::string(row.name) + "|" + std::to_string(row.price) + "|" + std::to_string(row.size) +
         "|" + (row.buy ? "b" : "s") + "|" + row.note.value_or("none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  fuzz::check_decoder(dstream::csv<Row>(), bytes, show);
  fuzz::check_decoder(dstream::csv<Row>({.header = false, .max_bytes = 40}), bytes, show);
  fuzz::check_decoder(dstream::csv<Row>({.multiline = false}), bytes, show);
  fuzz::check_decoder(dstream::csv<Row>({.quote = '\0', .header = false}), bytes, show);
  return 0;
}
