#include <dstream/testing/fault_injecting_file_system.h>

#include <atomic>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/jobs.h"
#include "support/scratch.h"

using namespace dstream;
using jobs::contains;

namespace {

struct Bid {
  std::string user;
  std::int64_t price = 0;
  bool operator==(const Bid&) const = default;
};

class Closed {
 public:
  explicit Closed(int value = 0) : value_(value) {}
  int value() const { return value_; }

 private:
  int value_;
};

/// When the actions are called: on whatever runs them then.
enum class When { before_start, on_host_thread, in_foreach_rdd };

/// Calls `body` with the context, on each runner, at each time.
template <class Body>
void everywhere(Body body) {
  const Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(2, 2);
  const When when = GENERATE(When::before_start, When::on_host_thread, When::in_foreach_rdd);
  StreamingContext ssc(options);
  if (when == When::before_start) return body(ssc);
  auto [queue, stream] = ssc.queue_stream<int>();
  int calls = 0;
  stream.foreach_rdd([&](const Rdd<int>&) {
    if (when == When::in_foreach_rdd) body(ssc);
    ++calls;
  });
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  if (when == When::on_host_thread) body(ssc);
  CHECK(calls == 1);
}

const auto plus = [](int a, int b) { return a + b; };

}  // namespace

TEST_CASE("parallelize cuts into nearly equal pieces", "[rdd][actions]") {
  struct Case {
    int size;
    std::size_t slices;
    std::vector<std::size_t> pieces;
  };
  const std::vector<Case> cases = {{0, 0, {}},     {0, 3, {}},        {5, 0, {5}},      {5, 1, {5}},
                                   {5, 2, {2, 3}}, {7, 3, {2, 2, 3}}, {3, 9, {1, 1, 1}}};
  everywhere([&](StreamingContext& ssc) {
    for (const Case& c : cases) {
      const Rdd<int> rdd = ssc.parallelize(jobs::numbers(0, c.size), c.slices);
      std::vector<std::size_t> pieces;
      rdd.for_each_partition([&](std::span<const int> p) { pieces.push_back(p.size()); });
      CHECK(pieces == c.pieces);
      CHECK(rdd.collect() == jobs::numbers(0, c.size));
    }
  });
}

TEST_CASE("parallelize takes ranges and every kind of record", "[rdd][actions]") {
  everywhere([](StreamingContext& ssc) {
    const std::list<std::string> names = {"ada", "grace", "a name that is longer than a pointer"};
    CHECK(ssc.parallelize(names, 2).collect() ==
          std::vector<std::string>(names.begin(), names.end()));
    const int array[] = {3, 1, 2};
    CHECK(ssc.parallelize(array).collect() == std::vector<int>{3, 1, 2});
    CHECK(ssc.parallelize(std::vector<bool>{true, false}).collect() ==
          std::vector<bool>{true, false});
    CHECK(ssc.parallelize(std::vector<std::string_view>{"x", "y"}, 2).collect() ==
          std::vector<std::string>{"x", "y"});
  });
}

TEST_CASE("actions agree with loops", "[rdd][actions]") {
  struct Case {
    std::vector<int> records;
    std::size_t slices;
  };
  const std::vector<Case> cases = {
      {{}, 0}, {{}, 4}, {{7}, 1}, {{3, -1, 4, 1, -5, 9, 2, 6}, 3}, {jobs::numbers(-50, 1000), 16}};
  everywhere([&](StreamingContext& ssc) {
    for (const Case& c : cases) {
      const Rdd<int> rdd = ssc.parallelize(c.records, c.slices);
      int sum = 0;
      std::string text;
      for (const int x : c.records) {
        sum += x;
        text += std::to_string(x) + ' ';
      }
      CHECK(rdd.is_empty() == c.records.empty());
      CHECK(rdd.first() == (c.records.empty() ? std::nullopt : std::optional(c.records.front())));
      CHECK(rdd.reduce(plus) == (c.records.empty() ? std::nullopt : std::optional(sum)));
      CHECK(rdd.fold(1000, plus) == 1000 + sum);
      // Not commutative: the order of the slices shows.
      CHECK(rdd.aggregate(
                std::string(), [](std::string all, int x) { return all + std::to_string(x) + ' '; },
                [](std::string a, const std::string& b) { return a + b; }) == text);
      std::vector<int> seen;
      rdd.for_each([&](int x) { seen.push_back(x); });
      CHECK(seen == c.records);
      CHECK(rdd.count() == static_cast<std::int64_t>(c.records.size()));
      CHECK(rdd.lazy().count().collect() == std::vector<std::int64_t>{rdd.count()});
      CHECK(rdd.take(3) ==
            std::vector<int>(c.records.begin(), c.records.begin() + std::min<std::ptrdiff_t>(
                                                                        3, std::ssize(c.records))));
    }
  });
}

TEST_CASE("actions on text give what is owned", "[rdd][actions]") {
  everywhere([](StreamingContext& ssc) {
    const auto words =
        ssc.parallelize(std::vector<std::string_view>{"to be", "or not"}, 2).flat_map(split(' '));
    CHECK(words.first() == "to");
    CHECK(words.reduce([](std::string a, std::string_view b) { return a.append(b); }) ==
          "tobeornot");
    CHECK(words.fold(">", [](std::string a, std::string_view b) { return a.append(b); }) ==
          ">tobeornot");
    std::string seen;
    words.for_each([&](const std::string& word) { seen += word + "."; });
    CHECK(seen == "to.be.or.not.");
    CHECK(words.aggregate(
              std::size_t{0}, [](std::size_t n, std::string_view w) { return n + w.size(); },
              [](std::size_t a, std::size_t b) { return a + b; }) == 9);
  });
}

TEST_CASE("Rdds of one context combine, of two contexts not", "[rdd][actions]") {
  StreamingContext ssc(jobs::by_hand());
  StreamingContext other(jobs::by_hand());
  const auto a = ssc.parallelize(std::vector{1, 2});
  CHECK(a.union_with(ssc.parallelize(std::vector{3})).collect() == std::vector{1, 2, 3});
  const auto b = other.parallelize(std::vector{3});
  const Error error = jobs::error_of([&] { a.union_with(b); });
  CHECK(error.code() == Errc::invalid_argument);
  CHECK(contains(error.what(), "different contexts"));
}

TEST_CASE("an Rdd after its context", "[rdd][actions]") {
  const bool gone = GENERATE(false, true);
  auto ssc = std::make_unique<StreamingContext>(GENERATE(false, true) ? jobs::by_hand()
                                                                      : jobs::on_executors());
  std::optional<Rdd<int>> batch;
  const Rdd<int> table = ssc->parallelize(std::vector{1, 2, 3});
  const Rdd<int> cached = table.map([](int x) { return x + 1; }).cache();
  {
    auto [queue, stream] = ssc->queue_stream<int>();  // a stream's handle would keep the context
    stream.foreach_rdd([&](const Rdd<int>& rdd) { batch = rdd; });
    queue.push({4});
  }
  testing::BatchDriver driver(*ssc);
  driver.run_batch();
  CHECK(cached.collect() == std::vector{2, 3, 4});
  CHECK(batch->collect() == std::vector{4});
  ssc->stop();
  if (gone) ssc.reset();
  for (const Rdd<int>& rdd : {table, cached, *batch}) {
    const Error error = jobs::error_of([&] { rdd.count(); });
    CHECK(error.code() == Errc::illegal_state);
    CHECK(contains(error.what(), gone ? "is gone" : "has stopped"));
  }
}

TEST_CASE("a context that stops ends the actions of host threads", "[rdd][actions]") {
  StreamingContext ssc(jobs::on_executors(1, 2));
  auto [queue, stream] = ssc.queue_stream<int>();
  stream.foreach_rdd([](const Rdd<int>&) {});
  ssc.start();
  jobs::Gate gate;
  std::optional<Error> error;
  std::thread host([&] {
    try {
      ssc.parallelize(jobs::numbers(0, 2), 2)
          .map([&](int x) {
            if (x == 0) gate.pass();
            return x;
          })
          .lazy()
          .count()
          .collect();
    } catch (const Error& e) {
      error.emplace(e);
    }
  });
  gate.await();
  std::thread stopper([&] { ssc.stop(); });
  gate.open();
  stopper.join();
  host.join();
  // The action was through, or it was ended: nothing hangs, nothing crashes.
  if (error) CHECK(error->code() == Errc::illegal_state);
}

TEST_CASE("stopping while an action runs in foreach_rdd is no error", "[rdd][actions]") {
  StreamingContext ssc(jobs::on_executors(1, 2));
  auto [queue, stream] = ssc.queue_stream<int>();
  jobs::Gate gate;
  stream.foreach_rdd([&](const Rdd<int>& rdd) {
    rdd.map([&](int x) {
         gate.pass();
         return x;
       })
        .collect();
  });
  jobs::Batches batches(ssc);
  queue.push({1});
  batches.make();
  gate.await();
  std::thread stopper([&] { ssc.stop(); });
  const Rdd<int> probe = ssc.parallelize(std::vector{1});
  bool refused = false;
  while (!refused) {  // until the context lets no further action in
    try {
      probe.count();
    } catch (const Error& error) {
      refused = error.code() == Errc::illegal_state;
    }
  }
  gate.open(4);
  stopper.join();
  ssc.await_termination();
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("an action that fails in foreach_rdd has its attempts once", "[rdd][actions]") {
  StreamingContext ssc(GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::atomic<int> attempts{0};
  int calls = 0;
  const unsigned line = __LINE__ + 1;
  numbers.foreach_rdd([&](const Rdd<int>& rdd) {
    ++calls;
    rdd.map([&](int x) -> int {
         ++attempts;
         throw std::runtime_error("bad " + std::to_string(x));
       })
        .collect();
  });
  testing::BatchDriver driver(ssc);
  queue.push({1});
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(calls == 1);
  CHECK(attempts == 4);
  CHECK(error.code() == Errc::task_failed);
  CHECK(error.operation() == "foreach_rdd");
  CHECK(error.where().value().line() == line);
  CHECK(error.batch_time() == Time(1'000'000'000));
  CHECK(contains(error.what(), "an action in it failed"));
  CHECK(contains(error.what(), "bad 1"));
}

TEST_CASE("a function that throws by itself is still repeated", "[rdd][actions]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  int calls = 0;
  numbers.foreach_rdd([&](const Rdd<int>& rdd) {
    rdd.count();
    if (++calls < 4) throw std::runtime_error("not yet");
  });
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  CHECK(calls == 4);
}

TEST_CASE("save_as_text_file writes lines", "[rdd][actions]") {
  const scratch::Directory directory;
  everywhere([&](StreamingContext& ssc) {
    const std::string path = directory / "lines";
    ssc.parallelize(std::vector<Bid>{{"ada", 3}, {"grace", 4}}, 2).save_as_text_file(path);
    CHECK(scratch::content(path) == "{user: \"ada\", price: 3}\n{user: \"grace\", price: 4}\n");
    ssc.parallelize(std::vector<std::string>{"x", "", "y"}).save_as_text_file(path);
    CHECK(scratch::content(path) == "x\n\ny\n");
    ssc.parallelize(std::vector<int>()).save_as_text_file(path);
    CHECK(scratch::content(path).empty());
    CHECK(directory.files->list(directory.path).size() == 1);
  });
}

TEST_CASE("object files come back as they were", "[rdd][actions]") {
  const scratch::Directory directory;
  everywhere([&](StreamingContext& ssc) {
    const std::string path = directory / "bids";
    const std::vector<Bid> bids = {{"ada", 3}, {"", -1}, {std::string(100'000, 'x'), 4}};
    ssc.parallelize(bids, 2).save_as_object_file(path);
    CHECK(ssc.object_file<Bid>(path).collect() == bids);
    CHECK(ssc.object_file<Bid>(path)
              .map([](const Bid& bid) { return bid.price; })
              .reduce([](std::int64_t a, std::int64_t b) { return a + b; }) == 6);
    ssc.parallelize(std::vector<std::string_view>{"a", "b"}).save_as_object_file(path);
    CHECK(ssc.object_file<std::string>(path).collect() == std::vector<std::string>{"a", "b"});
    const Error error = jobs::error_of([&] { ssc.object_file<int>(path).collect(); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(contains(error.what(), path));
    CHECK(jobs::code_of([&] { ssc.object_file<int>(directory / "none").count(); }) == Errc::io);
  });
}

TEST_CASE("a damaged object file is refused", "[rdd][actions]") {
  const scratch::Directory directory;
  StreamingContext ssc(jobs::by_hand());
  const std::string path = directory / "bids";
  ssc.parallelize(std::vector<Bid>{{"ada", 3}, {"grace", 4}}).save_as_object_file(path);
  const std::string good = scratch::content(path);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    directory.files->open(path, OpenMode::truncate)->append(bad);
    const Errc code = jobs::code_of([&] { ssc.object_file<Bid>(path).collect(); });
    CHECK((code == Errc::corrupt_data || code == Errc::invalid_argument));
    directory.files->open(path, OpenMode::truncate)->append(good.substr(0, i));
    CHECK(jobs::code_of([&] { ssc.object_file<Bid>(path).collect(); }) == Errc::corrupt_data);
  }
}

TEST_CASE("a file that cannot be written leaves the one before", "[rdd][actions]") {
  const scratch::Directory directory;
  const auto files = std::make_shared<testing::FaultInjectingFileSystem>(directory.files);
  Options options = jobs::by_hand();
  options.file_system = files;
  StreamingContext ssc(options);
  const std::string path = directory / "file";
  const bool as_text = GENERATE(false, true);
  const auto save = [&](std::vector<std::string> records) {
    const Rdd<std::string> rdd = ssc.parallelize(std::move(records));
    as_text ? rdd.save_as_text_file(path) : rdd.save_as_object_file(path);
  };
  save({"before"});
  const std::string before = scratch::content(path);
  const std::uint64_t calls = files->calls();
  save({"before"});
  const std::uint64_t calls_each = files->calls() - calls;
  REQUIRE(calls_each >= 4);
  for (std::uint64_t n = 1; n < calls_each; ++n) {  // the last one syncs the directory
    files->fail_call(n, 3);
    const Error error = jobs::error_of([&] { save({"after"}); });
    CHECK(error.code() == Errc::io);
    CHECK(contains(error.what(), "file"));
    CHECK(scratch::content(path) == before);
    CHECK(directory.files->list(directory.path).size() == 1);
  }
}

TEST_CASE("to_debug_string shows the plan", "[rdd][actions]") {
  StreamingContext ssc(jobs::by_hand());
  const auto cached = ssc.parallelize(jobs::numbers(0, 4)).map([](int x) { return x % 2; }).cache();
  const std::string text = cached.count_by_value().to_debug_string();
  for (const char* part :
       {"stage 0", "slices of cache (rdd_actions_test.cc:", "count_by_value",
        "cache (rdd_actions_test.cc:", "keeps the records of", "parallelize", "fused: map"}) {
    CHECK(contains(text, part));
  }
}

TEST_CASE("aggregates of an Rdd are values", "[rdd][actions]") {
  everywhere([](StreamingContext& ssc) {
    const auto bids = ssc.parallelize(std::vector<Bid>{{"ada", 3}, {"grace", 5}}, 2);
    CHECK(bids.aggregate(sum(&Bid::price)) == 8);
    const auto [number, total] = bids.aggregate(count(), sum(&Bid::price));
    CHECK(number == 2);
    CHECK(total == 8);
    CHECK(bids.map([](const Bid& bid) { return bid.price; }).top(1) ==
          std::vector<std::int64_t>{5});
  });
}
