#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/jobs.h"
#include "support/recording_log.h"

using namespace dstream;
using namespace std::chrono_literals;
using jobs::RecordingLog;
using jobs::seconds;

namespace {

/// A published output that notes its turn in the log.
class NotingOutput final : public detail::OutputOperation {
 public:
  explicit NotingOutput(std::shared_ptr<RecordingLog> log)
      : OutputOperation(detail::OutputPhase::publish), log_(std::move(log)) {}
  void publish(std::vector<detail::BlockPtr>, const BatchInfo& info) override {
    log_->note("deliver", info.batch_time);
  }

 private:
  std::shared_ptr<RecordingLog> log_;
};

/// Its copies throw from a batch's COMMIT on.
struct Brittle {
  Brittle() = default;
  Brittle(const Brittle&) {
    if (armed) throw std::runtime_error("no copy");
  }
  Brittle& operator=(const Brittle&) = default;
  int value = 0;
  static inline std::atomic<bool> armed{false};
};

class ArmingLog final : public BatchLog {
 public:
  void alloc(const AllocRecord&) override {}
  void prepare(Time) override {}
  void commit(Time) override { Brittle::armed = true; }
  void publish(Time) override {}
};

/// Another exchange whose partitions cannot be told.
class UnplannedExchange final : public detail::Exchange {
 public:
  explicit UnplannedExchange(std::shared_ptr<const Exchange> inner) : inner_(std::move(inner)) {}
  std::uint32_t partitions(const detail::ExchangeSettings& settings) const override {
    return inner_->partitions(settings);
  }
  detail::TerminalPtr make_writer(const detail::ExchangeSettings& settings) const override {
    return inner_->make_writer(settings);
  }
  detail::ReaderPtr make_reader(const detail::ExchangeSettings& settings) const override {
    return inner_->make_reader(settings);
  }
  bool wanted(const detail::ExchangeSettings&, std::span<const detail::SliceOutputPtr>,
              std::uint32_t) const override {
    throw std::runtime_error("nobody knows");
  }
  void recycle(detail::SliceOutputPtr output) const override { inner_->recycle(std::move(output)); }

 private:
  const std::shared_ptr<const Exchange> inner_;
};

}  // namespace

TEST_CASE("a batch goes through the log's protocol", "[protocol]") {
  Options options = jobs::by_hand();
  options.default_partitions = 5;
  options.slice_records = 77;
  auto log = std::make_shared<RecordingLog>();
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.map([&log](int x) { return log->note("compute", Time(0)), x; })
      .add_collecting_output({"note"}, std::make_shared<NotingOutput>(log));
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  driver.run_batch();
  CHECK(log->calls() == std::vector<std::string>{"alloc 1", "compute 0", "prepare 1", "commit 1",
                                                 "deliver 1", "publish 1", "alloc 2", "prepare 2",
                                                 "commit 2", "deliver 2", "publish 2"});
  const AllocRecord record = log->allocs().front();
  CHECK(record.from == Time(0));
  CHECK(record.default_partitions == 5);
  CHECK(record.slice_records == 77);
  REQUIRE(record.sources.size() == 1);
  CHECK(record.sources[0].records == 1);
}

TEST_CASE("a batch fails where the log does", "[protocol]") {
  const std::string step = GENERATE("alloc", "prepare", "commit");
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  auto log = std::make_shared<RecordingLog>();
  log->fail_at = step + " 2";
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  int seen = 0;
  numbers.for_each([&seen](int) { ++seen; });
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  queue.push({2});
  CHECK_THROWS_WITH(driver.run_batch(), "the log cannot " + step + " 2");
  CHECK(out.size() == 1);
  CHECK(log->count("publish") == 1);
  CHECK(seen == (step == "alloc" ? 1 : 2));  // no external effect without ALLOC
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("a log that cannot publish ends the context behind the COMMIT", "[protocol]") {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  auto log = std::make_shared<RecordingLog>();
  log->fail_at = "publish 2";
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  queue.push({2});
  CHECK_THROWS_WITH(driver.run_batch(), "the log cannot publish 2");
  CHECK(out.size() == 2);
  CHECK(log->count("commit") == 2);
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("an output that cannot hand over its batch ends the context", "[protocol]") {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  auto log = std::make_shared<RecordingLog>();
  log->fail_at = "deliver 2";
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.add_collecting_output({"note"}, std::make_shared<NotingOutput>(log));
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  queue.push({2});
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(jobs::contains(error.what(),
                       "note (batch 00:00:02): it could not hand over the batch, "
                       "which is committed: the log cannot deliver 2"));
  CHECK(out.size() == 2);  // the outputs behind it are served all the same
  CHECK(log->count("publish") == 1);
}

TEST_CASE("a record that cannot be copied is reported to who asks for it", "[protocol]") {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  options.batch_log = std::make_shared<ArmingLog>();
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto brittle = numbers.map([](int) { return Brittle(); });
  auto channel = brittle.to_channel();
  auto latest = brittle.latest();
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  CHECK_THROWS_WITH(channel.pop(), "no copy");
  CHECK_FALSE(channel.try_pop().has_value());
  CHECK_THROWS_WITH(latest.get(), "no copy");
  CHECK_THROWS_WITH(latest.get(), "no copy");  // not an empty batch
  Brittle::armed = false;
  queue.push({2});
  driver.run_batch();
  Brittle::armed = false;
  CHECK(channel.pop()->records.size() == 1);
  CHECK(latest.get()->records.size() == 1);
}

TEST_CASE("a source that cannot be cut ends the context", "[protocol]") {
  StreamingContext ssc(jobs::by_hand());
  auto out = testing::capture(ssc.generator_stream([](Time time) -> std::vector<int> {
    if (time == seconds(2)) throw std::runtime_error("no more");
    return {1};
  }));
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  CHECK_THROWS_WITH(driver.run_batch(), "no more");
  CHECK(out.size() == 1);
}

TEST_CASE("a stage whose tasks cannot be planned ends the context", "[protocol]") {
  StreamingContext ssc(GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors());
  auto [queue, numbers] = ssc.queue_stream<int>();
  const auto dealt = numbers.repartition(4);
  const auto& node = static_cast<const detail::ExchangeNode&>(*dealt.node());
  const auto unplanned = detail::make_exchange_node(
      {"unplanned"}, "int", numbers.node(), std::make_shared<UnplannedExchange>(node.exchange));
  auto out = testing::capture(DStream<int>(dealt.context(), unplanned));
  testing::BatchDriver driver(ssc);
  queue.push({1});
  CHECK_THROWS_WITH(driver.run_batch(), "nobody knows");
  CHECK(out.size() == 0);
}
