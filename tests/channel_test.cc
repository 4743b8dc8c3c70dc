#include <chrono>
#include <functional>
#include <memory>
#include <semaphore>
#include <vector>

#include "support/jobs.h"
#include "support/recording_log.h"

using namespace dstream;
using namespace std::chrono_literals;
using jobs::RecordingLog;

TEST_CASE("a full channel makes the next COMMIT wait", "[channel]") {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  auto log = std::make_shared<RecordingLog>();
  options.batch_log = log;
  options.max_batches_in_flight = 2;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::counting_semaphore<> computed{0};
  auto channel =
      numbers.map([&](int x) { return computed.release(), x; }).to_channel({.capacity_bytes = 1});
  for (int i = 1; i <= 3; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  for (int i = 0; i < 3; ++i) batches.make();
  for (int i = 0; i < 3; ++i) computed.acquire();
  CHECK(log->count("commit") == 1);
  CHECK(channel.pop()->records == std::vector<int>{1});
  CHECK(channel.pop()->records == std::vector<int>{2});
  CHECK(channel.pop()->records == std::vector<int>{3});
  CHECK(log->count("commit") == 3);
  CHECK(channel.dropped() == 0);
  ssc.stop();
}

TEST_CASE("room in a channel may be made while it is being used", "[channel]") {
  Options options = jobs::by_hand();
  options.max_batches_in_flight = 2;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::vector<int> popped;
  std::function<void()> pop;
  auto channel = numbers
                     .map([&](int x) {
                       if (x == 4) pop();  // on the thread that the host's pop() below has led here
                       return x;
                     })
                     .to_channel({.capacity_bytes = 1});
  pop = [&] { popped.push_back(channel.pop()->records.front()); };
  for (int i = 1; i <= 4; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  for (int i = 0; i < 4; ++i) batches.make();
  pop();
  CHECK(popped == std::vector<int>{2, 1});
  pop();
  pop();
  CHECK(popped == std::vector<int>{2, 1, 3, 4});
}

TEST_CASE("a channel may drop its oldest batches", "[channel]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto channel = numbers.to_channel({.capacity_bytes = 1, .drop_oldest = true});
  testing::BatchDriver driver(ssc);
  for (int i = 1; i <= 3; ++i) {
    queue.push({i});
    driver.run_batch();
  }
  CHECK(channel.dropped() == 2);
  CHECK(channel.try_pop()->records == std::vector<int>{3});
  CHECK_FALSE(channel.try_pop().has_value());
}
