#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/through_step.h>
#include <dstream/through.h>

#include "support/jobs.h"

using namespace dstream;
using detail::Chunk;
using detail::shared_chunk;

namespace {

/// The end of a chain: how large the chunks are that arrive, and what is in them.
template <class T>
class Sizes final : public detail::Step {
 public:
  void process(Chunk chunk) override {
    sizes.push_back(chunk.size);
    movable = chunk.movable;
    for (const T& record : chunk.records<T>()) records.push_back(own(record));
  }
  std::vector<std::size_t> sizes;
  std::vector<Owned<T>> records;
  bool movable = false;
};

/// A step wired to an end.
template <class StepType, class Out, class F>
struct Wired {
  explicit Wired(F callable) : f(std::move(callable)), step(f) { step.connect(&end, &active); }

  template <class T>
  void feed(const std::vector<T>& records, std::size_t chunk) {
    for (std::size_t i = 0; i < records.size(); i += chunk) {
      step.process(shared_chunk(records.data() + i, std::min(chunk, records.size() - i)));
    }
  }
  F f;
  Sizes<Out> end;
  StepType step;
  detail::Step* active = nullptr;
};

template <class T, class U, class F>
Wired<detail::MapStep<T, U, F>, U, F> map_step(F f) {
  return Wired<detail::MapStep<T, U, F>, U, F>(std::move(f));
}
template <class T, class F>
Wired<detail::FilterStep<T, F>, T, F> filter_step(F f) {
  return Wired<detail::FilterStep<T, F>, T, F>(std::move(f));
}
template <class T, class U, class F>
Wired<detail::FlatMapStep<T, U, F>, U, F> flat_map_step(F f) {
  return Wired<detail::FlatMapStep<T, U, F>, U, F>(std::move(f));
}
template <class T, class U, class F>
Wired<detail::ThroughStep<T, U, F>, U, F> through_step(F f) {
  return Wired<detail::ThroughStep<T, U, F>, U, F>(std::move(f));
}

using Sizes_ = std::vector<std::size_t>;

/// Counts how often it is copied and moved.
struct Tracked {
  Tracked() = default;
  explicit Tracked(int v) : value(v) {}
  Tracked(const Tracked& other)
      : value(other.value), copies(other.copies + 1), moves(other.moves) {}
  Tracked(Tracked&& other) noexcept
      : value(std::exchange(other.value, -1)), copies(other.copies), moves(other.moves + 1) {}
  Tracked& operator=(const Tracked& other) {
    value = other.value, copies = other.copies + 1, moves = other.moves;
    return *this;
  }
  Tracked& operator=(Tracked&& other) noexcept {
    value = std::exchange(other.value, -1), copies = other.copies, moves = other.moves + 1;
    return *this;
  }
  ~Tracked() = default;

  int value = 0;
  int copies = 0;
  int moves = 0;
};

}  // namespace

TEST_CASE("map hands on chunk by chunk", "[steps]") {
  auto map = map_step<int, std::int64_t>([](int x) { return std::int64_t{x} + 1; });
  map.feed(jobs::numbers(0, 2500), 1024);
  CHECK(map.end.sizes == Sizes_{1024, 1024, 452});
  CHECK(map.end.movable);
  CHECK(map.end.records.front() == 1);
  CHECK(map.end.records.back() == 2500);
}

TEST_CASE("map to larger records cuts smaller chunks", "[steps]") {
  struct Wide {
    int value;
    char rest[1020];
  };
  auto map = map_step<int, Wide>([](int x) { return Wide{x, {}}; });
  map.feed(jobs::numbers(0, 70), 70);
  CHECK(map.end.sizes == Sizes_{32, 32, 6});
  CHECK(map.end.records.back().value == 69);
}

TEST_CASE("a filter of owning records hands on full chunks", "[steps]") {
  auto filter = filter_step<int>([](int x) { return x % 100 == 0; });
  filter.feed(jobs::numbers(0, 204'900), 1024);
  CHECK(filter.end.sizes == Sizes_{1024, 1024});
  filter.step.flush();
  CHECK(filter.end.sizes == Sizes_{1024, 1024, 1});
  CHECK(filter.end.records[1] == 100);
  CHECK(filter.end.records.back() == 204'800);
  filter.step.flush();
  CHECK(filter.end.sizes.size() == 3);
}

TEST_CASE("a filter of strings hands on full chunks", "[steps]") {
  std::vector<std::string> words;
  for (int i = 0; i < 5000; ++i) words.push_back(std::to_string(i));
  auto filter = filter_step<std::string>([](const std::string& w) { return w.back() == '7'; });
  filter.feed(words, 100);
  CHECK(filter.end.sizes.empty());
  filter.step.flush();
  CHECK(filter.end.sizes == Sizes_{500});
  CHECK(filter.end.records[1] == "17");
}

TEST_CASE("a filter of large records hands a map positions, any other step the records",
          "[steps]") {
  struct Wide {
    std::int64_t id;
    std::int64_t rest[3];
  };
  std::vector<Wide> all;
  for (std::int64_t i = 0; i < 5000; ++i) all.push_back({i, {}});
  const std::int64_t every = GENERATE(1, 3, 4999, 10'000);
  const auto wanted = [every](const Wide& wide) { return wide.id % every == every - 1; };
  const auto id = [](const Wide& wide) { return wide.id; };
  auto mapped = map_step<Wide, std::int64_t>(id);
  auto filter = filter_step<Wide>(wanted);
  filter.step.connect(&mapped.step, &filter.active);
  mapped.step.connect(&mapped.end, &filter.active);
  filter.feed(all, 3000);
  filter.step.flush();
  auto plain = filter_step<Wide>(wanted);
  plain.feed(all, 3000);
  plain.step.flush();
  std::vector<std::int64_t> expected;
  for (const Wide& wide : all) {
    if (wanted(wide)) expected.push_back(wide.id);
  }
  CHECK(mapped.end.records == expected);
  REQUIRE(plain.end.records.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(plain.end.records[i].id == expected[i]);
}

TEST_CASE("views are never held back", "[steps]") {
  const std::vector<std::string_view> words{"a", "b", "c", "d"};
  auto filter = filter_step<std::string_view>([](std::string_view w) { return w != "b"; });
  filter.feed(words, 2);
  CHECK(filter.end.sizes == Sizes_{1, 2});
  auto split_step = flat_map_step<std::string_view, std::string_view>(split(' '));
  const std::vector<std::string_view> lines{"a b", "", "c"};
  split_step.feed(lines, 1);
  CHECK(split_step.end.sizes == Sizes_{2, 1});
  auto chain = map([](std::string_view w) { return w; });
  auto through = through_step<std::string_view, std::string_view>(chain);
  through.feed(words, 3);
  CHECK(through.end.sizes == Sizes_{3, 1});
}

TEST_CASE("flat_map takes ranges and emitters", "[steps]") {
  const auto expected = std::vector<int>{1, 2, 2, 3, 3, 3};
  auto range = flat_map_step<int, int>(
      [](int x) { return std::vector<int>(static_cast<std::size_t>(x), x); });
  range.feed(jobs::numbers(0, 4), 2);
  CHECK(range.end.sizes.empty());  // owning results wait for a full chunk
  range.step.flush();
  CHECK(range.end.records == expected);
  auto emitter = flat_map_step<int, int>([](int x, auto& emit) {
    for (int i = 0; i < x; ++i) emit(x);
  });
  emitter.feed(jobs::numbers(0, 4), 4);
  emitter.step.flush();
  CHECK(emitter.end.records == expected);
}

TEST_CASE("flat_map of much cuts chunks", "[steps]") {
  auto many = flat_map_step<int, int>([](int x, auto& emit) {
    for (int i = 0; i < 3000; ++i) emit(x);
  });
  many.feed(std::vector<int>{1, 2}, 2);
  many.step.flush();
  CHECK(many.end.sizes == Sizes_{1024, 1024, 1024, 1024, 1024, 880});
}

TEST_CASE("through coalesces and keeps order", "[steps]") {
  auto chain = map([](int x) { return x * 2; }) | filter([](int x) { return x % 200 == 0; }) |
               map([](int x) { return std::to_string(x); });
  using Chain = decltype(chain);
  static_assert(std::is_same_v<Chain::Output<int>, std::string>);
  auto through = through_step<int, std::string>(chain);
  through.feed(jobs::numbers(0, 1000), 100);
  CHECK(through.end.sizes.empty());
  through.step.flush();
  REQUIRE(through.end.records.size() == 10);
  CHECK(through.end.records[9] == "1800");
}

TEST_CASE("a chain can be called without a context", "[steps]") {
  const auto chain = map([](int x) { return x * 2; }) | filter([](int x) { return x > 2; });
  std::vector<int> out;
  for (int x = 0; x < 4; ++x) chain(x, [&out](int y) { out.push_back(y); });
  CHECK(out == std::vector<int>{4, 6});
}

TEST_CASE("a step that has failed is empty after a reset", "[steps]") {
  auto filter = filter_step<std::string>([](const std::string& w) {
    if (w == "bad") throw 1;
    return true;
  });
  CHECK_THROWS_AS(filter.feed(std::vector<std::string>{"a", "b", "bad"}, 3), int);
  filter.step.reset();
  filter.feed(std::vector<std::string>{"c"}, 1);
  filter.step.flush();
  CHECK(filter.end.records == std::vector<std::string>{"c"});
}

TEST_CASE("a tee shares its chunks", "[steps]") {
  Sizes<int> left, right;
  detail::TeeStep tee({&left, &right});
  detail::Step* active = nullptr;
  tee.connect(nullptr, &active);
  int records[] = {1, 2};
  tee.process({records, 2, true});
  CHECK(left.records == right.records);
  CHECK_FALSE(left.movable);
  CHECK_FALSE(right.movable);
}

TEST_CASE("a sole consumer takes the record itself, a tee's a copy", "[steps]") {
  const bool tee = GENERATE(false, true);
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto made = numbers.map([](int x) { return Tracked(x); });
  auto taken = made.map([](Tracked&& t) {
    const int copies = t.copies;
    const Tracked mine = std::move(t);
    return std::pair(mine.value, copies);
  });
  auto out = testing::capture(taken);
  std::optional<testing::Captured<int>> other;
  if (tee) other.emplace(testing::capture(made.map([](const Tracked& t) { return t.value; })));
  testing::BatchDriver driver(ssc);
  queue.push({1, 2});
  driver.run_batch();
  const int copies = tee ? 1 : 0;
  CHECK(out.last() == std::vector<std::pair<int, int>>{{1, copies}, {2, copies}});
  if (other) CHECK(other->last() == std::vector<int>{1, 2});  // whole, whoever came first
}

TEST_CASE("records flow through filter and sinks without a copy", "[steps]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers.map([](int x) { return Tracked(x); })
                                  .filter([](const Tracked& t) { return t.value != 2; })
                                  .through(map([](Tracked&& t) { return Tracked(std::move(t)); })));
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3});
  driver.run_batch();
  std::vector<int> copies;
  std::vector<int> values;
  for (const Tracked& t : out.last()) {
    copies.push_back(t.copies - 1);  // last() itself copies
    values.push_back(t.value);
  }
  CHECK(values == std::vector<int>{1, 3});
  CHECK(copies == std::vector<int>{0, 0});
}

TEST_CASE("a link that takes records over gets copies of shared ones", "[steps]") {
  auto chain = map([](std::string&& text) { return std::string(std::move(text)); });
  auto through = through_step<std::string, std::string>(chain);
  const std::vector<std::string> words{"a text that is too long to be kept inside", "b"};
  through.feed(words, 2);
  through.step.flush();
  CHECK(through.end.records == words);
  CHECK(words[0].size() > 30);
}

TEST_CASE("records at rest are copied, not taken apart", "[steps]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, words] = ssc.queue_stream<std::string>();
  int attempts = 0;
  auto out = testing::capture(words.map([&attempts](std::string&& w) {
    std::string mine = std::move(w);
    if (++attempts == 2) throw std::runtime_error("once");  // after the first record was taken
    return mine;
  }));
  testing::BatchDriver driver(ssc);
  const std::vector<std::string> input{"a long text that is on the heap, number 1",
                                       "a long text that is on the heap, number 2"};
  queue.push(input);
  driver.run_batch();
  CHECK(out.last() == input);
}

namespace {

struct Lot {
  int price = 0;
  bool sold = false;
  int doubled() const { return 2 * price; }
};

}  // namespace

TEST_CASE("map and filter take pointers to members", "[narrow]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, lots] = ssc.queue_stream<Lot>();
  auto sold = lots.filter(&Lot::sold);
  auto prices = testing::capture(sold.map(&Lot::price));
  auto doubled = testing::capture(sold.map(&Lot::doubled));
  testing::BatchDriver driver(ssc);
  queue.push({Lot{1, true}, Lot{2, false}, Lot{3, true}});
  driver.run_batch();
  CHECK(prices.last() == std::vector<int>{1, 3});
  CHECK(doubled.last() == std::vector<int>{2, 6});
}
