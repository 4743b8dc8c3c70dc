#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/one_batch.h"

using namespace dstream;
using jobs::Blocks;
using jobs::one_batch;

namespace {

/// Batches of all the shapes in which partitions go wrong.
const std::vector<Blocks<int>> kShapes = {
    {},
    {{}},
    {{7}},
    {{1, 2, 3}},
    {{1}, {}, {2}, {}, {3}},
    {jobs::numbers(0, 25), {}, jobs::numbers(25, 1), jobs::numbers(26, 3)},
    {jobs::numbers(0, 4), jobs::numbers(4, 4), jobs::numbers(8, 4)},
    {jobs::numbers(0, 1000), {5}, {5}},
};

const std::vector<std::string> kTexts = {std::string("a\0b", 3),
                                         std::string(1, '\0'),
                                         "",
                                         "\xff\xfe not UTF-8 \xc0",
                                         "a text too long for any small string optimisation",
                                         "b"};

Options with_slices(Options options, std::uint32_t slice_records) {
  options.slice_records = slice_records;
  return options;
}

/// Blocks of text as the queue takes them, which owns its records.
Blocks<std::string> text_blocks() { return {kTexts, {}, {kTexts.rbegin(), kTexts.rend()}}; }

std::string text_of(std::string_view view) { return std::string(view); }

}  // namespace

TEST_CASE("map_partitions calls its function once per slice", "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    for (const auto& blocks : kShapes) {
      INFO(runner.name);
      const Options options = with_slices(runner.options, 4);
      std::vector<std::int64_t> expected;
      for (const auto& slice : jobs::slices_of(blocks, 4)) {
        expected.push_back(static_cast<std::int64_t>(slice.size()));
        for (const int x : slice) expected.push_back(x);
      }
      const auto with_range = [](std::span<const int> records) {
        std::vector<std::int64_t> result(1, static_cast<std::int64_t>(records.size()));
        result.insert(result.end(), records.begin(), records.end());
        return result;
      };
      const auto with_emit = [](std::span<const int> records, auto& emit) {
        emit(static_cast<std::int64_t>(records.size()));
        for (const int x : records) emit(x);
      };
      CHECK(one_batch(options, blocks,
                      [&](DStream<int> s) { return s.map_partitions(with_range); }) == expected);
      CHECK(one_batch(options, blocks, [&](DStream<int> s) {
              return s.map_partitions<std::int64_t>(with_emit);
            }) == expected);
    }
  }
}

TEST_CASE("map_partitions is called for partitions that filters have emptied", "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    const auto sizes =
        one_batch<int>(with_slices(runner.options, 4), {jobs::numbers(0, 8), {1}}, [](auto s) {
          return s.filter([](int x) { return x >= 4 && x < 8; })
              .map_partitions([](std::span<const int> r) { return std::vector{r.size()}; });
        });
    CHECK(sizes == std::vector<std::size_t>{0, 4, 0});
  }
}

TEST_CASE("map_partitions knows its task", "[partitions]") {
  struct Seen {
    std::int64_t time;
    std::uint32_t slice;
    std::uint32_t attempt;
    bool operator==(const Seen&) const = default;
  };
  const auto look = [](std::span<const int>, const TaskContext& context) {
    return std::vector<Seen>{{context.batch_time.ns(), context.slice, context.attempt}};
  };
  const auto look_emitting = [](std::span<const int>, const TaskContext& context, auto& emit) {
    emit(Seen{context.batch_time.ns(), context.slice, context.attempt});
  };
  const std::vector<Seen> expected = {
      {1'000'000'000, 0, 0}, {1'000'000'000, 1, 0}, {1'000'000'000, 2, 0}};
  for (const auto& runner : jobs::all_runners()) {
    const Options options = with_slices(runner.options, 2);
    CHECK(one_batch<int>(options, {{1, 2, 3}, {4}},
                         [&](auto s) { return s.map_partitions(look); }) == expected);
    CHECK(one_batch<int>(options, {{1, 2, 3}, {4}}, [&](auto s) {
            return s.template map_partitions<Seen>(look_emitting);
          }) == expected);
  }
}

TEST_CASE("a stream that meets another has its own partitions only", "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    StreamingContext ssc(with_slices(runner.options, 2));
    auto [left, numbers] = ssc.queue_stream<int>();
    auto [right, others] = ssc.queue_stream<int>();
    auto out = testing::capture(
        numbers.glom().union_with(others.map([](int x) { return std::vector<int>{x}; })));
    testing::BatchDriver driver(ssc);
    left.push({1, 2, 3});
    right.push({4, 5, 6, 7, 8});
    driver.run_batch();
    CHECK(out.last() == Blocks<int>{{1, 2}, {3}, {4}, {5}, {6}, {7}, {8}});
  }
}

TEST_CASE("map_partitions may return views of its partition, and text owns its bytes",
          "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    const auto reversed = one_batch<std::string>(runner.options, text_blocks(), [](auto s) {
      return s.map([](std::string text) { return text; })
          .map_partitions([](std::span<const std::string> records) {
            return std::vector<std::string_view>(records.rbegin(), records.rend());
          });
    });
    std::vector<std::string> expected(kTexts.rbegin(), kTexts.rend());
    expected.insert(expected.end(), kTexts.begin(), kTexts.end());
    CHECK(reversed == expected);
    const auto of_views = one_batch<std::string_view>(
        runner.options, {{"a b", "c"}, {"d"}}, [](DStream<std::string_view> s) {
          return s.flat_map(split(' ')).map_partitions([](std::span<const std::string> records) {
            std::string all;
            for (const std::string& record : records) all += record;
            return std::vector{all};
          });
        });
    CHECK(of_views == std::vector<std::string>{"abc", "d"});
    const auto flags = one_batch<bool>(runner.options, {{true, false, true}}, [](auto s) {
      return s.map_partitions([](std::span<const bool> records) {
        return std::vector<bool>(records.rbegin(), records.rend());
      });
    });
    CHECK(flags == std::vector<bool>{true, false, true});
  }
}

TEST_CASE("a partition is given whole to every attempt", "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    auto calls = std::make_shared<std::atomic<int>>(0);
    const auto sizes =
        one_batch<std::string>(with_slices(runner.options, 3), text_blocks(), [calls](auto s) {
          return s.map_partitions([calls](std::span<const std::string> records) {
            if (calls->fetch_add(1) % 2 == 0) throw std::runtime_error("every other time");
            return std::vector{records.size()};
          });
        });
    CHECK(sizes == std::vector<std::size_t>{3, 3, 3, 3});
    CHECK(*calls >= 8);
  }
}

TEST_CASE("glom gives a vector per partition", "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    for (const auto& blocks : kShapes) {
      INFO(runner.name);
      CHECK(one_batch(with_slices(runner.options, 4), blocks,
                      [](DStream<int> s) { return s.glom(); }) == jobs::slices_of(blocks, 4));
    }
    CHECK(one_batch<std::string>(runner.options, text_blocks(), [](auto s) { return s.glom(); }) ==
          Blocks<std::string>{kTexts, {kTexts.rbegin(), kTexts.rend()}});
  }
}

TEST_CASE("repartition deals records out evenly, by position", "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    for (const auto& blocks : kShapes) {
      for (const std::size_t n : {1U, 2U, 3U, 7U, 128U}) {
        INFO(runner.name << ", " << n);
        Blocks<int> expected(n);
        const std::vector<int> all = jobs::joined(blocks);
        for (std::size_t i = 0; i < all.size(); ++i) expected[i % n].push_back(all[i]);
        CHECK(one_batch(with_slices(runner.options, 4), blocks,
                        [n](DStream<int> s) { return s.repartition(n).glom(); }) == expected);
      }
    }
  }
}

TEST_CASE("repartition keeps text, owned or as views", "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    Blocks<std::string> expected(3);
    const auto all = jobs::joined(text_blocks());
    for (std::size_t i = 0; i < all.size(); ++i) expected[i % 3].push_back(all[i]);
    const Options options = with_slices(runner.options, 4);
    CHECK(one_batch<std::string>(options, text_blocks(),
                                 [](auto s) { return s.repartition(3).glom(); }) == expected);
    StreamingContext ssc(options);
    auto [queue, views] = ssc.queue_stream<std::string_view>();
    auto out = testing::capture(views.repartition(3).glom());
    testing::BatchDriver driver(ssc);
    for (int batch = 0; batch < 3; ++batch) {  // memory is recycled from the second one on
      queue.push(std::vector<std::string_view>(all.begin(), all.end()));
      driver.run_batch();
      CHECK(out.last() == expected);
    }
  }
}

TEST_CASE("zip_with_index numbers records in slice order", "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    for (const auto& blocks : kShapes) {
      for (const std::uint32_t partitions : {1U, 3U, 16U}) {
        INFO(runner.name << ", " << partitions);
        Options options = with_slices(runner.options, 4);
        options.default_partitions = partitions;
        std::vector<std::pair<int, std::int64_t>> expected;
        for (const int x : jobs::joined(blocks)) {
          expected.emplace_back(x, static_cast<std::int64_t>(expected.size()));
        }
        CHECK(one_batch(options, blocks, [](DStream<int> s) { return s.zip_with_index(); }) ==
              expected);
      }
    }
    std::vector<std::pair<std::string, std::int64_t>> texts;
    for (const auto& text : jobs::joined(text_blocks())) {
      texts.emplace_back(text, static_cast<std::int64_t>(texts.size()));
    }
    CHECK(one_batch<std::string>(with_slices(runner.options, 2), text_blocks(),
                                 [](auto s) { return s.map(text_of).zip_with_index(); }) == texts);
  }
}

TEST_CASE("zip_with_index shares the work among partitions", "[partitions]") {
  Options options = with_slices(jobs::by_hand(), 10);
  options.default_partitions = 4;
  const auto sizes = one_batch<int>(options, {jobs::numbers(0, 400)}, [](auto s) {
    return s.zip_with_index().map_partitions(
        [](std::span<const std::pair<int, std::int64_t>> r) { return std::vector{r.size()}; });
  });
  CHECK(sizes == std::vector<std::size_t>{100, 100, 100, 100});
}

TEST_CASE("union_all is the streams' partitions one after the other", "[partitions]") {
  using Streams = std::vector<DStream<int>>;
  struct Case {
    std::function<DStream<int>(StreamingContext&, const Streams&)> unite;
    std::vector<int> expected;
  };
  const std::vector<Case> cases = {
      {[](auto&, const Streams& s) {
         return union_all({s[0], s[1].map([](int x) { return -x; }), s[2]});
       },
       {1, 2, -3, 4, 5}},
      {[](auto&, const Streams& s) {
         return union_all(Streams{s[2], s[0], s[1]});
       },
       {4, 5, 1, 2, 3}},
      {[](auto&, const Streams& s) { return union_all(std::span<const DStream<int>>(s)); },
       {1, 2, 3, 4, 5}},
      {[](StreamingContext& ssc, const Streams& s) {
         return ssc.union_all({s[1], s[0]});
       },
       {3, 1, 2}},
      {[](StreamingContext& ssc, const Streams& s) { return ssc.union_all(s); }, {1, 2, 3, 4, 5}},
      {[](auto&, const Streams& s) { return union_all({s[1]}); }, {3}},
      {[](auto&, const Streams& s) {
         return union_all({s[1], s[1]});
       },
       {3, 3}},
  };
  for (const auto& runner : jobs::all_runners()) {
    for (const Case& c : cases) {
      StreamingContext ssc(runner.options);
      auto [a, first] = ssc.queue_stream<int>();
      auto [b, second] = ssc.queue_stream<int>();
      auto [d, third] = ssc.queue_stream<int>();
      auto out = testing::capture(c.unite(ssc, {first, second, third}));
      testing::BatchDriver driver(ssc);
      a.push_blocks({{1}, {2}});
      b.push({3});
      d.push({4, 5});
      driver.run_batch();
      CHECK(out.last() == c.expected);
    }
  }
}

TEST_CASE("an Rdd has the partition operators", "[partitions]") {
  for (const auto& runner : jobs::all_runners()) {
    StreamingContext ssc(with_slices(runner.options, 2));
    auto [queue, numbers] = ssc.queue_stream<int>();
    Blocks<int> slices, dealt;
    std::vector<std::pair<int, std::int64_t>> numbered;
    std::vector<int> united, sampled, largest, smallest, sorted;
    std::vector<std::size_t> sizes;
    numbers.foreach_rdd([&](const Rdd<int>& rdd) {
      slices = rdd.glom().collect();
      dealt = rdd.repartition(2).glom().collect();
      numbered = rdd.zip_with_index().collect();
      united = union_all({rdd, rdd.map([](int x) { return -x; })}).collect();
      sampled = rdd.sample(1).collect();
      sizes = rdd.map_partitions([](std::span<const int> r) { return std::vector{r.size()}; })
                  .collect();
      largest = rdd.top(2);
      smallest = rdd.take_ordered(2);
      sorted = rdd.sort_by([](int x) { return x; }, SortOrder::descending).collect();
    });
    testing::BatchDriver driver(ssc);
    queue.push({3, 1, 2});
    driver.run_batch();
    CHECK(slices == Blocks<int>{{3, 1}, {2}});
    CHECK(dealt == Blocks<int>{{3, 2}, {1}});
    CHECK(numbered == std::vector<std::pair<int, std::int64_t>>{{3, 0}, {1, 1}, {2, 2}});
    CHECK(jobs::sorted(united) == std::vector<int>{-3, -2, -1, 1, 2, 3});
    CHECK(sampled == std::vector<int>{3, 1, 2});
    CHECK(sizes == std::vector<std::size_t>{2, 1});
    CHECK(largest == std::vector<int>{3, 2});
    CHECK(smallest == std::vector<int>{1, 2});
    CHECK(sorted == std::vector<int>{3, 2, 1});
  }
}

TEST_CASE("arguments that cannot be are refused with what to do", "[partitions]") {
  StreamingContext ssc(jobs::by_hand());
  StreamingContext other(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto [other_queue, others] = other.queue_stream<int>();
  struct Case {
    std::function<void()> call;
    std::string operation;
    std::string message;
  };
  const auto id = [](int x) { return x; };
  const std::vector<Case> cases = {
      {[&] { numbers.repartition(0); }, "repartition", "1 to 128 partitions, not 0"},
      {[&] { numbers.repartition(-1); }, "repartition", "1 to 128 partitions, not -1"},
      {[&] { numbers.repartition(1000); }, "repartition", "1 to 128 partitions, not 1000"},
      {[&] { numbers.sort_by(id, SortOrder::ascending, 0); }, "sort_by", "not 0"},
      {[&] { numbers.sample(-0.5); }, "sample", "from 0 to 1, not -0.5"},
      {[&] { numbers.sample(1.5); }, "sample", "use sample_with_replacement"},
      {[&] { numbers.sample(std::numeric_limits<double>::quiet_NaN()); }, "sample", "nan"},
      {[&] { numbers.sample_with_replacement(-1); }, "sample_with_replacement", "from 0 to 100"},
      {[&] { numbers.sample_with_replacement(1e9); }, "sample_with_replacement", "from 0 to 100"},
      {[&] { numbers.top(-1); }, "top", "0 or more, not -1"},
      {[&] { numbers.take_ordered(-7); }, "take_ordered", "0 or more, not -7"},
      {[&] { union_all(std::vector<DStream<int>>{}); }, "union_all", "pass at least one"},
      {[&] { ssc.union_all(std::vector<DStream<int>>{}); }, "union_all", "pass at least one"},
      {[&] {
         union_all({numbers, numbers, others});
       },
       "union_all", "different contexts"},
      {[&] { ssc.union_all({others}); }, "union_all", "different contexts"},
  };
  for (const Case& c : cases) {
    INFO(c.operation << ": " << c.message);
    const Error error = jobs::error_of(c.call);
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(error.operation() == c.operation);
    CHECK(jobs::contains(error.what(), c.message));
    CHECK(jobs::contains(error.what(), "partition_operators_test.cc"));
  }
}
