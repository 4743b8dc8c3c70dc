// How to test a stream job: batches by hand, on one thread, at times of your choosing; no sleeps.
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>
#include <dstream/testing/capturing_sink.h>

using namespace std::chrono_literals;
using WordCount = std::pair<std::string, std::int64_t>;

// The job under test is a function from stream to stream; main() of the service calls it, too.
dstream::DStream<WordCount> count_words(const dstream::DStream<std::string_view>& lines) {
  return lines.flat_map(dstream::split(' ')).count_by_value();
}

bool check(const char* what, std::vector<WordCount> got, const std::vector<WordCount>& wanted) {
  std::sort(got.begin(), got.end());
  std::printf("%s: %s\n", what, got == wanted ? "ok" : "WRONG");
  return got == wanted;
}

int main() {
  const auto clock = std::make_shared<dstream::testing::ManualClock>(dstream::Time() + 1h);
  dstream::StreamingContext ssc(dstream::testing::inline_options(clock));
  auto [queue, lines] = ssc.queue_stream<std::string_view>();
  const auto counts = dstream::testing::capture(count_words(lines));

  dstream::testing::BatchDriver driver(ssc);
  bool good = true;

  queue.push({"to be or not to be", "  be  "});
  driver.run_batch();
  good &= check("words", counts.last(), {{"be", 3}, {"not", 1}, {"or", 1}, {"to", 2}});

  driver.run_batch();
  good &= check("empty batch", counts.last(), {});

  queue.push({"one"});
  queue.push({"two"});
  driver.run_batches(2);
  good &= check("a batch each", counts.last(), {{"two", 1}});

  for (const dstream::BatchInfo& info : counts.infos()) {
    std::printf("batch at %lld ms: %llu lines\n", static_cast<long long>(info.batch_time.ms()),
                static_cast<unsigned long long>(info.records));
  }
  return good ? 0 : 1;
}
