// One job for both: over yesterday's data, as fast as it goes, and over the live stream.
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/dstream.h>

using namespace std::chrono_literals;

struct Request {
  std::string path;
  std::int64_t milliseconds;
};

using Slowest = dstream::DStream<std::pair<std::string, std::int64_t>>;

// The job knows neither where the requests come from nor whether they end.
Slowest slowest_per_path(const dstream::DStream<Request>& requests) {
  return requests.filter([](const Request& r) { return r.milliseconds >= 10; })
      .map([](const Request& r) { return std::pair(r.path, r.milliseconds); })
      .reduce_by_key([](std::int64_t a, std::int64_t b) { return a > b ? a : b; });
}

void show(const char* day, const dstream::Channel<Slowest::value_type>& results) {
  while (const auto batch = results.pop()) {
    for (const auto& [path, ms] : batch->records) {
      std::printf("%s: %s took %lld ms\n", day, path.c_str(), static_cast<long long>(ms));
    }
  }
}

int main() {
  const std::vector<Request> yesterday = {{"/", 3},      {"/search", 40}, {"/search", 90},
                                          {"/login", 5}, {"/", 8},        {"/login", 11}};

  // Finite data: run_to_end() makes batches of three requests, one after the other, without waiting
  // for the clock, and returns when all is done. It throws the job's error if there is one.
  {
    dstream::StreamingContext ssc({.app_name = "yesterday"});
    const auto results = slowest_per_path(ssc.from(yesterday, {.batch_records = 3})).to_channel();
    ssc.run_to_end();
    show("yesterday", results);
  }

  // The live stream: a batch per interval, until somebody stops it.
  {
    dstream::StreamingContext ssc({.app_name = "today", .batch_interval = 20ms});
    auto [inlet, requests] = ssc.inlet<Request>();
    const auto results = slowest_per_path(requests).to_channel();
    ssc.start();
    std::thread server([inlet = inlet]() mutable {
      inlet.push({"/", 2});
      inlet.push({"/checkout", 250});
    });
    server.join();
    ssc.stop(dstream::StopMode::graceful);
    show("today", results);
  }
}
