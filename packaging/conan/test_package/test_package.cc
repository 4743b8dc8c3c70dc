// Counts words in one batch: the flow graph, the library's templates and its compiled part.
#include <cstdio>
#include <string_view>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>
#include <dstream/testing/capturing_sink.h>
#ifdef WITH_NDJSON
#include <dstream/ndjson/ndjson.h>

struct Event {
  int id;
};
const auto decoder = dstream::ndjson<Event>();  // links the component and simdjson
#endif

int main() {
  dstream::StreamingContext ssc({.trigger = dstream::Trigger::manual});
  auto [queue, lines] = ssc.queue_stream<std::string_view>();
  auto words = dstream::testing::capture(lines.flat_map(dstream::split(' ')).count_by_value());
  dstream::testing::BatchDriver driver(ssc);
  queue.push({"to be or", "not to be"});
  driver.run_batch();
  std::printf("dstream: %zu words\n", words.last().size());
  return words.last().size() == 4 ? 0 : 1;
}
