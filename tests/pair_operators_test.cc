#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/key_jobs.h"

using namespace dstream;
using key_jobs::Case;

namespace {

using Text = std::string;

/// A fold that tells the order in which it was applied.
struct Concat {
  Text operator()(Text a, const Text& b) const { return std::move(a) + "," + b; }
};
struct Measured {
  std::int64_t values = 0;
  std::int64_t bytes = 0;
  bool operator==(const Measured&) const = default;
};

/// Groups, folds and distinct of pairs and of records by key, over batch after batch. Most folds
/// are tried with text keys only: each instance costs compile time, and they share one table.
template <class K>
class FoldJob {
  using Pair = std::pair<K, Text>;
  static constexpr bool kAll = std::is_same_v<K, std::string>;

 public:
  FoldJob(const Options& options, int partitions, const key_jobs::Hazard& hazard)
      : ssc_(options), input_(ssc_.queue_stream<Pair>()) {
    const DStream<Pair>& pairs = input_.second;
    const auto add = [hazard](Measured m, const Text& v) {
      hazard();
      return Measured{m.values + 1, m.bytes + static_cast<std::int64_t>(v.size())};
    };
    const auto merge = [hazard](Measured a, Measured b) {
      hazard();
      return Measured{a.values + b.values, a.bytes + b.bytes};
    };
    const auto create = [add](const Text& v) { return add({}, v); };
    grouped_ = capture(pairs.group_by_key(partitions));
    measured_.push_back(capture(pairs.combine_by_key(create, add, merge, partitions)));
    if constexpr (kAll) {
      const auto keyed = pairs.key_by(&Pair::first);
      const auto add_pair = [add](Measured m, const Pair& p) { return add(m, p.second); };
      const auto create_pair = [create](const Pair& p) { return create(p.second); };
      grouped_records_ = capture(keyed.group_by_key(partitions));
      reduced_ = capture(pairs.reduce_by_key(Concat{}, partitions));
      folded_ = capture(pairs.fold_by_key("", Concat{}, 1));
      measured_.push_back(capture(pairs.aggregate_by_key(Measured{}, add, merge, partitions)));
      measured_.push_back(capture(keyed.aggregate_by_key(Measured{}, add_pair, merge, partitions)));
      measured_.push_back(capture(keyed.combine_by_key(create_pair, add_pair, merge, partitions)));
    }
    distinct_ = capture(pairs.map([](const Pair& p) { return p.first; }).distinct(partitions));
    driver_ = std::make_unique<testing::BatchDriver>(ssc_);
  }

  void check(const std::vector<int>& keys) {
    const auto blocks = key_jobs::records<K>('v', keys, 3);
    input_.first.push_blocks(blocks);
    driver_->run_batch();
    const auto groups =
        key_jobs::by_group(key_jobs::grouped(key_jobs::flat(blocks)), &key_jobs::group_of<K>);
    CHECK((grouped_->last() == groups));
    std::vector<std::pair<K, Text>> reduced;
    std::vector<std::pair<K, Measured>> measured;
    std::vector<K> distinct;
    for (const auto& [key, values] : groups) {
      distinct.push_back(key);
      reduced.emplace_back(key, values.front());
      Measured m;
      for (std::size_t i = 0; i < values.size(); ++i) {
        m.values += 1;
        m.bytes += static_cast<std::int64_t>(values[i].size());
        if (i != 0) reduced.back().second = Concat{}(reduced.back().second, values[i]);
      }
      measured.emplace_back(key, m);
    }
    for (const auto& captured : measured_) CHECK((captured->last() == measured));
    CHECK((distinct_->last() == distinct));
    if constexpr (kAll) {
      CHECK((reduced_->last() == reduced));
      check_records(groups);
      check_folded(reduced);
    }
  }

  std::uint32_t failed_attempts() const {
    std::uint32_t total = 0;
    for (const BatchInfo& info : grouped_->infos()) total += info.failed_attempts;
    return total;
  }

 private:
  template <class T>
  using CapturedPtr = std::unique_ptr<testing::Captured<T>>;

  template <class T>
  static CapturedPtr<T> capture(const DStream<T>& stream) {
    return std::make_unique<testing::Captured<T>>(testing::capture(stream));
  }

  void check_records(const std::vector<std::pair<K, std::vector<Text>>>& groups) {
    std::vector<std::pair<K, std::vector<Pair>>> expected;
    for (const auto& [key, values] : groups) {
      expected.push_back({key, {}});
      for (const Text& value : values) expected.back().second.emplace_back(key, value);
    }
    CHECK((grouped_records_->last() == expected));
  }

  /// Each slice begins its folds with the zero: "" puts a comma in front, nothing else changes.
  void check_folded(const std::vector<std::pair<K, Text>>& reduced) {
    const auto without_commas = [](Text text) { return std::erase(text, ','), text; };
    const auto folded = folded_->last();
    REQUIRE(folded.size() == reduced.size());
    for (std::size_t i = 0; i < folded.size(); ++i) {
      CHECK(folded[i].first == reduced[i].first);
      CHECK(without_commas(folded[i].second) == without_commas(reduced[i].second));
      CHECK(folded[i].second.front() == ',');
    }
  }

  StreamingContext ssc_;
  std::pair<QueueInput<Pair>, DStream<Pair>> input_;
  CapturedPtr<std::pair<K, std::vector<Text>>> grouped_;
  CapturedPtr<std::pair<K, std::vector<Pair>>> grouped_records_;
  CapturedPtr<Pair> reduced_;
  CapturedPtr<Pair> folded_;
  std::vector<CapturedPtr<std::pair<K, Measured>>> measured_;
  CapturedPtr<K> distinct_;
  std::unique_ptr<testing::BatchDriver> driver_;
};

template <class K>
void check_folds() {
  for (const Options& options : key_jobs::runners()) {
    for (const int partitions : {16, 1, 3, 128}) {
      INFO(partitions << " partitions, slices of " << options.slice_records);
      FoldJob<K> job(options, partitions, key_jobs::Hazard(0));
      for (const Case& keys : key_jobs::cases()) {
        INFO(keys.name);
        job.check(keys.left);
        job.check(keys.right);
      }
    }
  }
}

/// What a stream makes of one batch, on either runner.
template <class T, class Build>
auto results_of(const std::vector<T>& input, const Build& build) {
  std::vector<decltype(testing::capture(build(std::declval<DStream<T>>())).last())> results;
  for (const Options& options : key_jobs::runners()) {
    StreamingContext ssc(options);
    auto [queue, stream] = ssc.template queue_stream<T>();
    auto captured = testing::capture(build(stream));
    testing::BatchDriver driver(ssc);
    queue.push_blocks({input, {}, input});
    driver.run_batch();
    results.push_back(captured.last());
    CHECK((results.back() == results.front()));
  }
  return results.front();
}

}  // namespace

TEST_CASE("groups and folds by numbers", "[pairs]") { check_folds<std::int64_t>(); }
TEST_CASE("groups and folds by text", "[pairs]") { check_folds<std::string>(); }
TEST_CASE("groups and folds by structs", "[pairs]") { check_folds<key_jobs::Compound>(); }

TEST_CASE("folds give the same when their tasks fail and are repeated", "[pairs]") {
  for (Options options : key_jobs::runners()) {
    options.slice_records = 50;
    options.max_task_failures = 100;
    FoldJob<std::string> job(options, 5, key_jobs::Hazard(401));
    for (const Case& keys : key_jobs::cases()) job.check(keys.left);
    CHECK(job.failed_attempts() > 0);
  }
}

TEST_CASE("map_values and flat_map_values keep keys and order", "[pairs]") {
  using Pair = std::pair<Text, int>;
  const std::vector<Pair> input = {{"a", 2}, {"a long key that lies on the heap", 0}, {"b", 1}};
  const auto mapped = results_of(input, [](const DStream<Pair>& s) {
    return s.map_values([](int x) { return std::to_string(x * 10); });
  });
  CHECK((mapped == std::vector<std::pair<Text, Text>>{{"a", "20"},
                                                      {"a long key that lies on the heap", "0"},
                                                      {"b", "10"},
                                                      {"a", "20"},
                                                      {"a long key that lies on the heap", "0"},
                                                      {"b", "10"}}));
  const auto flat = results_of(input, [](const DStream<Pair>& s) {
    return s.flat_map_values([](int x) { return jobs::numbers(1, x); });
  });
  CHECK((flat == std::vector<Pair>{{"a", 1}, {"a", 2}, {"b", 1}, {"a", 1}, {"a", 2}, {"b", 1}}));
}

TEST_CASE("map_values takes values over where it wants to", "[pairs]") {
  using Pair = std::pair<Text, Text>;
  const std::vector<Pair> input = {{"key", "a value that is long enough for the heap"}};
  const auto taken = results_of(input, [](const DStream<Pair>& s) {
    return s.map([](const Pair& p) { return p; }).map_values([](Text&& v) { return v + "!"; });
  });
  CHECK((taken == std::vector<Pair>(2, {"key", "a value that is long enough for the heap!"})));
}

TEST_CASE("flat_map_values with a splitter gives views of the values", "[pairs]") {
  using Pair = std::pair<int, Text>;
  const std::vector<Pair> input = {{1, "to be  or"}, {2, ""}, {3, "not"}};
  const auto words = results_of(input, [](const DStream<Pair>& s) {
    return s.flat_map_values(split(' ')).map([](const std::pair<int, std::string_view>& p) {
      return std::pair(p.first, Text(p.second));
    });
  });
  CHECK((words == std::vector<Pair>{{1, "to"},
                                    {1, "be"},
                                    {1, "or"},
                                    {3, "not"},
                                    {1, "to"},
                                    {1, "be"},
                                    {1, "or"},
                                    {3, "not"}}));
}

TEST_CASE("views are owned in groups", "[pairs]") {
  const std::vector<Text> input = {"a rather long line that does not lie inline: 1", "b 2", "b 3"};
  const auto groups = results_of(input, [](const DStream<Text>& lines) {
    return lines
        .map([](const Text& line) {
          const std::string_view view(line);
          return std::pair(view.substr(0, 1), view.substr(2));
        })
        .group_by_key(1);
  });
  REQUIRE(groups.size() == 2);
  for (const auto& [key, values] : groups) {
    if (key == "a") {
      CHECK(values == std::vector<Text>(2, "rather long line that does not lie inline: 1"));
    } else {
      CHECK(values == std::vector<Text>{"2", "3", "2", "3"});
    }
  }
}

TEST_CASE("key_by streams: map_values, pairs, count and reduce", "[pairs]") {
  const std::vector<int> input = {1, 2, 3, 4, 5};
  const auto key = [](int x) { return x % 2 == 0 ? Text("even") : Text("odd"); };
  const auto squares = results_of(input, [&](const DStream<int>& s) {
    return s.key_by(key).map_values([](int x) { return x * x; });
  });
  REQUIRE(squares.size() == 10);
  CHECK((squares[1] == std::pair<Text, int>("even", 4)));
  CHECK((squares[9] == std::pair<Text, int>("odd", 25)));
  const auto pairs =
      results_of(input, [&](const DStream<int>& s) { return s.key_by(key).pairs(); });
  CHECK((pairs[3] == std::pair<Text, int>("even", 4)));
  const auto counts =
      results_of(input, [&](const DStream<int>& s) { return s.key_by(key).count(3); });
  CHECK((jobs::sorted(counts) ==
         std::vector<std::pair<Text, std::int64_t>>{{"even", 4}, {"odd", 6}}));
  const auto sums = results_of(input, [&](const DStream<int>& s) {
    return s.key_by(key).reduce([](int a, int b) { return a + b; });
  });
  CHECK((jobs::sorted(sums) == std::vector<std::pair<Text, int>>{{"even", 12}, {"odd", 18}}));
}

TEST_CASE("groups of bools, and vectors of vectors", "[pairs]") {
  using Pair = std::pair<int, bool>;
  const std::vector<Pair> input = {{1, true}, {1, false}, {2, true}};
  const auto groups =
      results_of(input, [](const DStream<Pair>& s) { return s.group_by_key().group_by_key(); });
  std::size_t values = 0;
  for (const auto& [key, lists] : groups) {
    REQUIRE(lists.size() == 1);
    CHECK(lists[0] ==
          (key == 1 ? std::vector<bool>{true, false, true, false} : std::vector<bool>{true, true}));
    values += lists[0].size();
  }
  CHECK(values == 6);
}

TEST_CASE("operators by key on an Rdd", "[pairs][rdd]") {
  StreamingContext ssc(jobs::on_executors());
  auto [queue, stream] = ssc.queue_stream<std::pair<int, int>>();
  std::vector<std::pair<int, std::vector<int>>> groups;
  std::vector<int> distinct;
  stream.foreach_rdd([&](const Rdd<std::pair<int, int>>& rdd) {
    groups = rdd.map_values([](int x) { return x + 1; }).group_by_key().collect();
    distinct = rdd.map([](const auto& p) { return p.first; }).distinct().collect();
  });
  testing::BatchDriver driver(ssc);
  queue.push({{1, 1}, {2, 2}, {1, 3}});
  driver.run_batch();
  CHECK((jobs::sorted(groups) ==
         std::vector<std::pair<int, std::vector<int>>>{{1, {2, 4}}, {2, {3}}}));
  CHECK(jobs::sorted(distinct) == std::vector<int>{1, 2});
}
