// A service with threads of its own that embeds analytics: its workers report every request, an
// alarm thread takes the failures batch by batch, and a status page looks at the newest figures.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/dstream.h>

struct Request {
  std::uint32_t endpoint;
  std::uint32_t status;
  std::uint32_t milliseconds;
};

Request slower(const Request& a, const Request& b) {
  return b.milliseconds > a.milliseconds ? b : a;
}

/// What the service knows of dstream: the context, the ends of its streams, and the plan between
/// them, built in the order of the members. The context lives as long as the service.
class Analytics {
 public:
  Analytics()
      : requests_(ssc_.inlet<Request>({.capacity_bytes = 8 << 20})),
        failures_(requests_.second.filter([](const Request& r) { return r.status >= 500; })
                      .key_by(&Request::endpoint)
                      .count()
                      .to_channel()),
        slowest_(requests_.second.key_by(&Request::endpoint).reduce(slower).latest()) {
    ssc_.start();
  }

  /// Called by every worker. A request is never held up: what finds the inlet full is counted.
  void report(const Request& request) {
    if (requests_.first.try_push(request) != dstream::PushResult::ok) ++lost_;
  }
  std::uint64_t lost() const { return lost_; }

  /// Per batch: the endpoints that failed, and how often.
  const auto& failures() const { return failures_; }

  /// The slowest request to an endpoint in the newest batch.
  std::optional<Request> slowest(std::uint32_t endpoint) const {
    if (const auto batch = slowest_.get()) {
      for (const auto& [key, request] : batch->records) {
        if (key == endpoint) return request;
      }
    }
    return std::nullopt;
  }

  /// Processes what was reported, closes the channel, and throws if the analytics had failed.
  void stop() {
    ssc_.stop(dstream::StopMode::graceful);
    ssc_.await_termination();
  }

 private:
  // A batch starts when something was reported and the batch before is done; one core is enough.
  dstream::StreamingContext ssc_{
      {.app_name = "analytics", .trigger = dstream::Trigger::arrival, .slots = 1}};
  std::pair<dstream::Inlet<Request>, dstream::DStream<Request>> requests_;
  dstream::Channel<std::pair<std::uint32_t, std::int64_t>> failures_;
  dstream::Latest<std::pair<std::uint32_t, Request>> slowest_;
  std::atomic<std::uint64_t> lost_ = 0;
};

void serve(Analytics& analytics, std::uint32_t worker) {
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    const std::uint32_t endpoint = (i + worker) % 4;
    const std::uint32_t status = i % 100 == worker ? 503 : 200;
    analytics.report({endpoint, status, 1 + i % 50});
  }
}

int main() {
  Analytics analytics;

  std::map<std::uint32_t, std::int64_t> failed;
  std::thread alarm([&failed, failures = analytics.failures()] {
    while (const auto batch = failures.pop()) {  // until the analytics have stopped
      for (const auto& [endpoint, count] : batch->records) failed[endpoint] += count;
    }
  });
  std::vector<std::thread> workers;
  for (std::uint32_t i = 0; i < 3; ++i) workers.emplace_back([&, i] { serve(analytics, i); });
  for (std::thread& worker : workers) worker.join();
  // The status page, here of one line: the service looks at a request of its own.
  analytics.report({99, 200, 7});
  std::optional<Request> own;
  for (int i = 0; i < 5'000 && !own; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    own = analytics.slowest(99);
  }
  if (own) std::printf("the service itself took %u ms\n", own->milliseconds);

  try {
    analytics.stop();
  } catch (const dstream::Error& error) {
    std::fprintf(stderr, "analytics: %s\n", error.what());
    alarm.join();
    return 1;
  }
  alarm.join();
  for (const auto& [endpoint, count] : failed) {
    std::printf("endpoint %u failed %lld times\n", endpoint, static_cast<long long>(count));
  }
  std::printf("%llu reports lost\n", static_cast<unsigned long long>(analytics.lost()));
}
