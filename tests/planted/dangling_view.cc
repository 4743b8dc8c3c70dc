// Views that are kept beyond their chunk: AddressSanitizer has to report the first look at one.
// argv[1]: "block" for a view into a batch's block, else a view of a record in a recycled buffer.

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

int main(int argc, char** argv) {
  const bool block = argc > 1 && std::string_view(argv[1]) == "block";
  dstream::StreamingContext ssc(
      dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>()));
  auto [queue, lines] = ssc.queue_stream<std::string_view>();
  std::vector<std::string_view> kept;
  if (block) {
    lines.for_each([&kept](std::string_view line) { kept.push_back(line); }, {.parallel = true});
  } else {
    // Short texts live inside the std::string, and thus in the step's buffer.
    lines.map([](std::string_view line) { return std::string(line); })
        .for_each([&kept](const std::string& line) { kept.push_back(line); }, {.parallel = true});
  }
  dstream::testing::BatchDriver driver(ssc);
  queue.push({"short"});
  driver.run_batch();
  std::printf("%c\n", kept.front()[0]);  // the bug
  return 0;
}
