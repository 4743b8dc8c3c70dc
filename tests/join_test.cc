#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/key_jobs.h"
#include "support/one_batch.h"
#include "support/plan_probe.h"

#include "plan/explain.h"

using namespace dstream;
using key_jobs::Case;

namespace {

/// The joins and cogroup of two streams, over batch after batch. Left and right outer joins are
/// tried with text keys only: each instance costs compile time, and full outer joins do both.
template <class K>
class JoinJob {
  using Pair = std::pair<K, std::string>;
  using Row = typename key_jobs::JoinedRows<K>::value_type;
  using Values = std::vector<std::string>;

 public:
  template <class P>
  JoinJob(const Options& options, P partitions, key_jobs::Hazard hazard = key_jobs::Hazard(0))
      : ssc_(options),
        left_(ssc_.queue_stream<Pair>()),
        right_(ssc_.queue_stream<Pair>()),
        left_rows_(passed(left_.second, hazard)),
        right_rows_(passed(right_.second, hazard)),
        cogroup_(testing::capture(left_rows_.cogroup(right_rows_, partitions))) {
    add(left_rows_.join(right_rows_, partitions), {false, false}, hazard);
    add(left_rows_.full_outer_join(right_rows_, partitions), {true, true}, hazard);
    if constexpr (std::is_same_v<K, std::string>) {
      add(left_rows_.left_outer_join(right_rows_, partitions), {true, false}, hazard);
      add(left_rows_.right_outer_join(right_rows_, partitions), {false, true}, hazard);
    }
    driver_ = std::make_unique<testing::BatchDriver>(ssc_);
  }

  template <class Group>
  void check(const Case& keys, const Group& group) {
    INFO(keys.name);
    const auto left = key_jobs::records<K>('l', keys.left, 3);
    const auto right = key_jobs::records<K>('r', keys.right, 2);
    left_.first.push_blocks(left);
    right_.first.push_blocks(right);
    driver_->run_batch();
    const auto lefts = key_jobs::flat(left);
    const auto rights = key_jobs::flat(right);
    for (const auto& [rows, keeps] : joins_) {
      INFO("keeps left: " << keeps.left << ", right: " << keeps.right);
      CHECK((rows.last() == key_jobs::joined(lefts, rights, keeps.left, keeps.right, group)));
    }
    CHECK((cogroup_.last() == key_jobs::cogrouped(lefts, rights, group)));
  }

  std::uint32_t failed_attempts() const {
    std::uint32_t total = 0;
    for (const BatchInfo& info : cogroup_.infos()) total += info.failed_attempts;
    return total;
  }

 private:
  struct Keeps {
    bool left = false;
    bool right = false;
  };

  static DStream<Pair> passed(const DStream<Pair>& stream, const key_jobs::Hazard& hazard) {
    return stream.map([hazard](const Pair& record) { return hazard(), record; });
  }
  /// Has the join's results checked, in the form of a full outer join.
  template <class T>
  void add(const DStream<T>& join, Keeps keeps, const key_jobs::Hazard& hazard) {
    joins_.emplace_back(testing::capture(join.map([hazard](const T& row) {
                          hazard();
                          return Row(row.first, {row.second.first, row.second.second});
                        })),
                        keeps);
  }

  StreamingContext ssc_;
  std::pair<QueueInput<Pair>, DStream<Pair>> left_;
  std::pair<QueueInput<Pair>, DStream<Pair>> right_;
  DStream<Pair> left_rows_;
  DStream<Pair> right_rows_;
  testing::Captured<std::pair<K, std::pair<Values, Values>>> cogroup_;
  std::vector<std::pair<testing::Captured<Row>, Keeps>> joins_;
  std::unique_ptr<testing::BatchDriver> driver_;
};

/// All cases as batches of one context each: memory is recycled from batch to batch.
template <class K>
void check_joins() {
  for (const Options& options : key_jobs::runners()) {
    for (const int partitions : {16, 1, 3, 128}) {
      INFO(partitions << " partitions, slices of " << options.slice_records);
      JoinJob<K> job(options, partitions);
      for (const Case& keys : key_jobs::cases()) job.check(keys, &key_jobs::group_of<K>);
    }
  }
}

std::vector<std::pair<int, std::pair<int, int>>> self_joined(const std::vector<int>& numbers) {
  key_jobs::Pairs<int, int> pairs;
  for (const int x : numbers) pairs.emplace_back(x % 5, x);
  std::vector<std::pair<int, std::pair<int, int>>> results;
  for (const auto& [k, v] : pairs) {
    for (const auto& [l, w] : pairs) {
      if (k == l) results.push_back({k, {v, w}});
    }
  }
  return key_jobs::by_group(std::move(results), &key_jobs::group_of<int>);
}

}  // namespace

TEST_CASE("joins and cogroup by numbers", "[join]") { check_joins<std::int64_t>(); }
TEST_CASE("joins and cogroup by text", "[join]") { check_joins<std::string>(); }
TEST_CASE("joins and cogroup by structs", "[join]") { check_joins<key_jobs::Compound>(); }

TEST_CASE("joins with a partitioner of the user's", "[join][partitioner]") {
  for (const Options& options : key_jobs::runners()) {
    JoinJob<std::string> job(options,
                             partition_by([](std::string_view k) { return k.size() % 5; }, 5));
    for (const Case& keys : key_jobs::cases()) {
      job.check(keys, [](const std::string& k) {
        return key_jobs::group_in(k, static_cast<std::uint32_t>(k.size() % 5), 5);
      });
    }
  }
}

TEST_CASE("joins give the same when their tasks fail and are repeated", "[join]") {
  for (Options options : key_jobs::runners()) {
    options.slice_records = 100;
    options.max_task_failures = 50;
    JoinJob<std::string> job(options, 7, key_jobs::Hazard(211));
    for (const Case& keys : key_jobs::cases()) {
      job.check(keys, &key_jobs::group_of<std::string>);
    }
    CHECK(job.failed_attempts() > 0);
  }
}

TEST_CASE("a stream joined with itself and with its own relatives", "[join]") {
  for (const Options& options : key_jobs::runners()) {
    StreamingContext ssc(options);
    auto [queue, numbers] = ssc.queue_stream<int>();
    const auto by_five = [](int x) { return std::pair(x % 5, x); };
    auto pairs = numbers.map(by_five);
    auto same = testing::capture(pairs.join(pairs));
    auto siblings = testing::capture(pairs.join(numbers.map(by_five)));
    auto keyed = numbers.key_by([](int x) { return x % 5; });
    auto by_key = testing::capture(keyed.join(keyed));
    auto mixed = testing::capture(pairs.join(keyed));
    auto of_joins =
        testing::capture(pairs.join(pairs.reduce_by_key([](int a, int b) { return a + b; })));
    testing::BatchDriver driver(ssc);
    for (const int count : {0, 1, 40, 3}) {
      const auto input = jobs::numbers(1, count);
      queue.push_blocks({input});
      driver.run_batch();
      const auto expected = self_joined(input);
      CHECK((same.last() == expected));
      CHECK((siblings.last() == expected));
      CHECK((by_key.last() == expected));
      CHECK((mixed.last() == expected));
      std::vector<int> sums(5);
      for (const int x : input) sums[static_cast<std::size_t>(x % 5)] += x;
      auto results = of_joins.last();
      CHECK(results.size() == input.size());
      for (const auto& [k, both] : results) {
        CHECK(both.first % 5 == k);
        CHECK(both.second == sums[static_cast<std::size_t>(k)]);
      }
    }
  }
}

TEST_CASE("key_by streams join as whole records; views become owned", "[join]") {
  StreamingContext ssc(jobs::by_hand());
  auto [words, left] = ssc.queue_stream<std::string>();
  auto [lengths, right] = ssc.queue_stream<int>();
  auto sized = left.map([](const std::string& w) { return std::pair<std::string_view, int>(w, 1); })
                   .key_by([](const std::pair<std::string_view, int>& p) {
                     return static_cast<int>(p.first.size());
                   });
  auto joined = testing::capture(sized.left_outer_join(right.key_by([](int x) { return x; })));
  testing::BatchDriver driver(ssc);
  words.push({"abc", "de"});
  lengths.push({3});
  driver.run_batch();
  using Row = std::pair<int, std::pair<std::pair<std::string, int>, std::optional<int>>>;
  auto rows = joined.last();
  std::sort(rows.begin(), rows.end());
  CHECK((rows == std::vector<Row>{{2, {{"de", 1}, std::nullopt}}, {3, {{"abc", 1}, 3}}}));
}

TEST_CASE("keys that are equal and not the same stay as they are", "[join]") {
  using Record = std::pair<double, int>;
  for (const auto& runner : jobs::all_runners()) {
    INFO(runner.name);
    const auto rows = jobs::one_batch<Record>(
        runner.options, {{{0.0, 1}, {-0.0, 2}}, {{-0.0, 3}, {0.0, 4}}}, [](const auto& s) {
          return s.filter([](const Record& record) { return record.second > 9; })
              .right_outer_join(s)
              .map([](const auto& row) {
                return std::pair(std::signbit(row.first), row.second.second);
              });
        });
    CHECK(rows == std::vector<std::pair<bool, int>>{{false, 1}, {true, 2}, {true, 3}, {false, 4}});
  }
}

TEST_CASE("a join inside transform and foreach_rdd", "[join]") {
  for (const Options& options : key_jobs::runners()) {
    StreamingContext ssc(options);
    auto [queue, numbers] = ssc.queue_stream<int>();
    auto transformed = testing::capture(numbers.transform([](const Rdd<int>& rdd) {
      auto pairs = rdd.map([](int x) { return std::pair(x % 5, x); });
      return pairs.join(pairs);
    }));
    std::vector<std::pair<int, std::pair<int, int>>> collected;
    numbers.foreach_rdd([&collected](const Rdd<int>& rdd) {
      auto keyed = rdd.key_by([](int x) { return x % 5; });
      collected = keyed.join(keyed, 3).collect();
    });
    testing::BatchDriver driver(ssc);
    const auto input = jobs::numbers(1, 30);
    queue.push_blocks({input});
    driver.run_batch();
    CHECK((transformed.last() == self_joined(input)));
    CHECK((collected == self_joined(input)));
  }
}

TEST_CASE("streams of two contexts do not join", "[join]") {
  StreamingContext a(jobs::by_hand());
  StreamingContext b(jobs::by_hand());
  auto left = a.queue_stream<std::pair<int, int>>().second;
  auto right = b.queue_stream<std::pair<int, int>>().second;
  const unsigned line = __LINE__ + 1;
  const Error error = jobs::error_of([&] { left.join(right); });
  CHECK(error.code() == Errc::invalid_argument);
  CHECK(error.operation() == "join");
  CHECK(error.where().value().line() == line);
}

TEST_CASE("the slices of a join are given back and used again", "[join]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, pairs] = ssc.queue_stream<std::pair<int, int>>();
  auto out = testing::capture(pairs.join(pairs.map_values([](int x) { return double(x); })));
  testing::BatchDriver driver(ssc);
  for (int batch = 0; batch < 12; ++batch) {
    std::vector<std::pair<int, int>> records;
    for (int i = 0; i < 2000; ++i) records.emplace_back(i, batch);
    queue.push_blocks({records});
    driver.run_batch();
    CHECK(out.last().size() == 2000);
    CHECK(out.last().back().second == std::pair(batch, double(batch)));
    CHECK(ssc.memory().shuffles == 0);
  }
}

TEST_CASE("explain() names both sides of a join", "[join][explain]") {
  auto plan = PlanProbe::make();
  auto left = plan->source<std::pair<int, int>>("left");
  auto right = plan->source<std::pair<int, int>>("right");
  testing::capture(left.join(right).named("both").map([](const auto& p) { return p.first; }));
  const auto graph = plan->graph();
  REQUIRE(graph.stages().size() == 3);
  CHECK(graph.stages()[2].parents == std::vector<std::uint32_t>{0, 1});
  REQUIRE(graph.stages()[2].inputs.size() == 1);
  CHECK(graph.stages()[2].inputs[0].from.size() == 2);
  const std::string text = detail::explain_graph(graph, ExplainFormat::text, {});
  CHECK(jobs::contains(text, "shuffle both: join"));
  CHECK(jobs::contains(text, ", side 1\n"));
  CHECK(jobs::contains(text, ", side 2\n"));
  CHECK(jobs::contains(text, "from stages 0 and 1\n"));
}
