#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>
#include <dstream/testing/capturing_sink.h>
// Clang does not tell the names of fields before version 18.
#if defined(WITH_ndjson) && !(defined(__clang__) && __clang_major__ < 18)
#define USE_NDJSON
#include <dstream/ndjson/ndjson.h>
#endif

using namespace dstream;

namespace {

struct Reading {
  int sensor;
  double value;
};

// Counts words and folds structs on the flow graph; both runners and user types cross the border.
void count_words() {
  Options options;
  options.trigger = Trigger::manual;
  StreamingContext ssc(options);
  auto [texts, lines] = ssc.queue_stream<std::string_view>();
  auto [values, readings] = ssc.queue_stream<Reading>();
  auto words = testing::capture(lines.flat_map(split(' ')).count_by_value());
  auto highest = testing::capture(
      readings.key_by(&Reading::sensor).reduce([](const Reading& a, const Reading& b) {
        return a.value < b.value ? b : a;
      }));
  testing::BatchDriver driver(ssc);
  texts.push({"to be or", "not to be"});
  values.push({{1, 2.5}, {2, 1.0}, {1, 4.0}});
  driver.run_batch();
  std::printf("%zu words, %zu sensors\n", words.last().size(), highest.last().size());
}

// An exception of the library's is caught by type: across a shared library that works only if its
// type information is visible.
void fail() {
  StreamingContext ssc(testing::inline_options(std::make_shared<testing::ManualClock>()));
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.map([](int x) -> int { throw std::runtime_error(std::to_string(x)); }).for_each([](int) {
  });
  testing::BatchDriver driver(ssc);
  queue.push({7});
  try {
    driver.run_batch();
  } catch (const Error& error) {
    std::printf("%s in %s\n", to_string(error.code()), error.operation().c_str());
  }
}

}  // namespace

int main() {
  std::printf("dstream %d.%d.%d\n", DSTREAM_VERSION_MAJOR, DSTREAM_VERSION_MINOR,
              DSTREAM_VERSION_PATCH);
  count_words();
  fail();
#ifdef USE_NDJSON
  const auto decoder = ndjson<Reading>();  // links the component's library, and what it needs
  static_cast<void>(decoder);
#endif
}
