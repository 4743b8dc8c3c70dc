#include <dstream/fixed_records.h>
#include <dstream/frames.h>

#include "fuzz_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  for (const std::size_t length_bytes : {1U, 2U, 4U, 8U}) {
    fuzz::check_decoder(
        dstream::frames(
            {.length_bytes = length_bytes, .big_endian = size % 2 == 0, .max_bytes = 1000}),
        bytes, fuzz::show_text);
  }
  fuzz::check_decoder(dstream::fixed_records(1 + size % 9), bytes, fuzz::show_text);
  return 0;
}
