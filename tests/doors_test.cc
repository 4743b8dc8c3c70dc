#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <dstream/dead_letter.h>
#include <dstream/sink.h>
#include <dstream/state_address.h>
#include <dstream/testing/batch_driver.h>
#include <dstream/testing/capturing_sink.h>

#include "support/catch.h"

// Interfaces whose other side comes later: what can already be held against them.

using namespace dstream;

namespace {

Options inline_run() { return testing::inline_options(std::make_shared<testing::ManualClock>()); }

/// Drops what it gets, one piece a batch.
class RefusingSource final : public detail::InputSource {
 public:
  void start(detail::SourceHost& host) override { host_ = &host; }
  void cut(Time, Time, std::vector<detail::BlockPtr>&) override {
    host_->dead_letter("refusing", "not a number", "abc");
  }

 private:
  detail::SourceHost* host_ = nullptr;
};

class Letters final : public DeadLetterOutput {
 public:
  void put(DeadLetter letter) override {
    letters.push_back(std::move(letter));
    throw std::runtime_error("the receiver must go on");
  }
  std::vector<DeadLetter> letters;
};

/// Keeps by (uid, batch time, partition) what was committed, whatever the attempt.
class MemorySink final : public Sink<int> {
 public:
  using Place = std::tuple<std::string, Time, std::uint32_t>;

  void begin(const WriteKey& key) override { staged_[key.attempt].clear(); }
  void write(const WriteKey& key, const int& record) override {
    staged_[key.attempt].push_back(record);
  }
  std::string prepare(const WriteKey& key) override { return std::to_string(key.attempt); }
  void commit(const WriteKey& key, const std::string& handle) override {
    committed[{key.sink_uid, key.batch_time, key.partition}] =
        staged_.at(static_cast<std::uint32_t>(std::stoul(handle)));
  }
  void abort(const WriteKey& key, const std::string&) override { staged_.erase(key.attempt); }

  std::map<Place, std::vector<int>> committed;

 private:
  std::map<std::uint32_t, std::vector<int>> staged_;
};

}  // namespace

TEST_CASE("dead letters reach the options' output with time, source, reason and payload") {
  auto letters = std::make_shared<Letters>();
  Options options = inline_run();
  options.dead_letters = letters;
  StreamingContext ssc(options);
  auto out = testing::capture(ssc.add_source<int>("refusing", std::make_shared<RefusingSource>()));
  testing::BatchDriver driver(ssc);
  driver.run_batches(2);
  CHECK(out.size() == 2);
  REQUIRE(letters->letters.size() == 2);
  const DeadLetter& last = letters->letters.back();
  CHECK(last.time == out.batches().back().time);
  CHECK(last.source == "refusing");
  CHECK(last.reason == "not a number");
  CHECK(last.payload == "abc");
}

TEST_CASE("without an output for dead letters the receiver goes on") {
  StreamingContext ssc(inline_run());
  auto out = testing::capture(ssc.add_source<int>("refusing", std::make_shared<RefusingSource>()));
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  CHECK(out.size() == 1);
}

TEST_CASE("a sink's key makes a repeated write of a batch the same write") {
  MemorySink sink;
  std::uint32_t attempts = 0;
  StreamingContext ssc(inline_run());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.foreach_rdd([&](Rdd<int> rdd, Time time) {
    const std::uint32_t attempt = attempts++;
    std::uint32_t partition = 0;
    rdd.for_each_partition([&](std::span<const int> records) {
      const WriteKey key{"totals", time, partition++, attempt};
      sink.begin(key);
      for (const int record : records) sink.write(key, record);
      sink.commit(key, sink.prepare(key));
    });
    if (attempt == 0) throw std::runtime_error("after the commit, before the batch's own");
  });
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3});
  driver.run_batch();
  CHECK(attempts == 2);
  REQUIRE(sink.committed.size() == 1);
  CHECK(sink.committed.begin()->second == std::vector<int>{1, 2, 3});
}

TEST_CASE("state addresses are told apart by operator, then task, then key group") {
  const std::set<StateAddress> addresses{
      {"b", 0, 0}, {"a", 1, 0}, {"a", 0, 127}, {"a", 0, 2}, {"a", 0, 2}};
  CHECK(std::vector<StateAddress>(addresses.begin(), addresses.end()) ==
        std::vector<StateAddress>{{"a", 0, 2}, {"a", 0, 127}, {"a", 1, 0}, {"b", 0, 0}});
}
