#include <dstream/lines.h>

#include "fuzz_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  fuzz::check_decoder(dstream::lines(), bytes, fuzz::show_text);
  fuzz::check_decoder(dstream::lines({.max_bytes = 20}), bytes, fuzz::show_text);
  return 0;
}
