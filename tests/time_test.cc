#include <dstream/time.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <semaphore>
#include <thread>

#include "support/jobs.h"

using namespace dstream;
using namespace std::chrono_literals;

TEST_CASE("time stays at its ends", "[time]") {
  const Time now(1'800'000'000'000'000'000);
  CHECK((now + Duration::max()).ns() == INT64_MAX);
  CHECK((now - Duration::min()).ns() == INT64_MAX);
  CHECK((Time(-2) + Duration::min()).ns() == INT64_MIN);
  CHECK((Time(-2) - Duration::max()).ns() == INT64_MIN);
  CHECK((now + 1s).ns() == now.ns() + 1'000'000'000);
  CHECK((now - 1s).ns() == now.ns() - 1'000'000'000);
}

TEST_CASE("rounding goes towards the past, also before the epoch", "[time]") {
  CHECK(Time(1'999'999).ms() == 1);
  CHECK(Time(-1).ms() == -1);
  CHECK(Time(-1'000'000).ms() == -1);
  CHECK(Time(7).floor(Duration(5)) == Time(5));
  CHECK(Time(-7).floor(Duration(5)) == Time(-10));
  CHECK(Time(-10).floor(Duration(5)) == Time(-10));
}

TEST_CASE("a wait without end ends with the context", "[time]") {
  StreamingContext ssc(jobs::on_executors(1, 2, std::make_shared<jobs::Clock>(Time(1))));
  auto [queue, numbers] = ssc.queue_stream<int>();
  testing::capture(numbers);
  ssc.start();
  std::binary_semaphore waits{0};
  bool stopped = false;
  std::thread waiter([&] {
    waits.release();
    stopped = ssc.await_termination_for(Duration::max());
  });
  waits.acquire();
  ssc.stop();
  waiter.join();
  CHECK(stopped);
}
