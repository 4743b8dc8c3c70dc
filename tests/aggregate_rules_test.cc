#include <dstream/codec.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/bids.h"

using namespace bids;

namespace {

static_assert(Aggregate<Longest, Bid>);
static_assert(!Aggregate<Longest, int>);
static_assert(!RemovableAggregate<Longest, Bid>);
static_assert(Aggregate<decltype(sum(&Bid::price)), Bid>);
static_assert(!Aggregate<decltype(sum(&Bid::price)), int>);
static_assert(!Aggregate<decltype(sum(&Bid::bidder)), Bid>);
static_assert(RemovableAggregate<decltype(sum(&Bid::price)), Bid>);
static_assert(RemovableAggregate<decltype(mean(&Bid::price)), Bid>);
static_assert(RemovableAggregate<decltype(count()), Bid>);
static_assert(RemovableAggregate<decltype(count_if(&Bid::won)), Bid>);
static_assert(RemovableAggregate<decltype(filtered(&Bid::won, sum(&Bid::price))), Bid>);
static_assert(RemovableAggregate<decltype(combined(count(), sum(&Bid::price))), Bid>);
static_assert(!RemovableAggregate<decltype(combined(count(), sum(&Bid::weight))), Bid>);
static_assert(!RemovableAggregate<decltype(sum(&Bid::weight)), Bid>);
static_assert(!RemovableAggregate<decltype(mean(&Bid::weight)), Bid>);
static_assert(!RemovableAggregate<decltype(max(&Bid::price)), Bid>);
static_assert(std::is_same_v<AggregateResult<decltype(max(&Bid::price)), Bid>, std::int64_t>);
static_assert(std::is_same_v<AggregateResult<decltype(sum(&Bid::auction)), Bid>, std::uint64_t>);
static_assert(std::is_same_v<AggregateResult<decltype(sum()), std::int8_t>, std::int64_t>);
static_assert(std::is_same_v<AggregateResult<decltype(sum()), float>, double>);
static_assert(std::is_same_v<AggregateResult<decltype(collect()), std::string_view>,
                             std::vector<std::string>>);
// What the fast stores of the combine tables ask for.
using Two = detail::BoundAggregate<decltype(combined(count(), sum(&Bid::auction))), Bid>;
static_assert(std::is_trivially_copyable_v<Two::State> && sizeof(Two::State) == 16);

}  // namespace

namespace {

/// Random adds and removes against the aggregate of what is left, added in order.
template <class A>
void check_remove(const A& aggregate, std::uint64_t seed) {
  const auto bound = detail::bind_aggregate<Bid>(aggregate);
  const std::vector<Bid> all = flat(make_bids(400, seed));
  std::uint64_t x = seed;
  std::vector<Bid> held;
  auto state = bound.zero();
  for (const Bid& bid : all) {
    bound.add(state, bid);
    held.push_back(bid);
    while (!held.empty() && next(x) % 5 < 2) {
      const std::size_t at = next(x) % held.size();
      bound.remove(state, held[at]);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
    }
    if (held.empty()) continue;
    auto fresh = bound.zero();
    for (const Bid& left : held) bound.add(fresh, left);
    auto now = state;
    REQUIRE(bound.result(std::move(now)) == bound.result(std::move(fresh)));
  }
}

}  // namespace

TEST_CASE("remove undoes add exactly", "[aggregate]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    check_remove(count(), seed);
    check_remove(sum(&Bid::price), seed);
    check_remove(sum(&Bid::auction), seed);
    check_remove(mean(&Bid::price), seed);
    check_remove(count_if(&Bid::won), seed);
    check_remove(filtered(&Bid::won, mean(&Bid::price)), seed);
    check_remove(combined(count(), sum(&Bid::price), filtered(&Bid::won, count())), seed);
  }
}

namespace {

/// Folding any split of the records into parts, merged in order, is folding all of them.
template <class A>
void check_merge(const A& aggregate, std::uint64_t seed) {
  const auto bound = detail::bind_aggregate<Bid>(aggregate);
  const std::vector<Bid> all = flat(make_bids(200, seed));
  auto whole = bound.zero();
  for (const Bid& bid : all) bound.add(whole, bid);
  const auto expected = bound.result(std::move(whole));
  std::uint64_t x = seed;
  auto merged = bound.zero();
  for (std::size_t at = 0; at < all.size();) {
    auto part = bound.zero();
    for (std::uint64_t n = next(x) % 30; n > 0 && at < all.size(); --n) bound.add(part, all[at++]);
    bound.merge(merged, std::move(part));
  }
  CHECK(bound.result(std::move(merged)) == expected);
}

}  // namespace

TEST_CASE("parts merged in order are as good as the whole", "[aggregate]") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    check_merge(count(), seed);
    check_merge(sum(&Bid::price), seed);
    check_merge(min(&Bid::weight), seed);
    check_merge(max(&Bid::bidder), seed);
    check_merge(mean(&Bid::price), seed);
    check_merge(first(&Bid::bidder), seed);
    check_merge(last(&Bid::bidder), seed);
    check_merge(collect(&Bid::bidder), seed);
    check_merge(distinct_count(&Bid::bidder), seed);
    check_merge(filtered(&Bid::won, last(&Bid::price)), seed);
    check_merge(Longest(), seed);
    check_merge(approx_distinct_count(&Bid::weight, 6), seed);
    for (std::size_t k : {1U, 5U, 64U, 1000U}) {
      const auto top = detail::bind_aggregate<std::int64_t>(top_k(k, [](std::int64_t x) {
        return x % 10;  // many ties
      }));
      auto state = top.zero();
      auto parts = top.zero();
      std::uint64_t x = seed;
      for (int part = 0; part < 7; ++part) {
        auto other = top.zero();
        for (int i = 0; i < 13; ++i) {
          const auto value = static_cast<std::int64_t>(next(x) % 1000);
          top.add(state, value);
          top.add(other, value);
        }
        top.merge(parts, std::move(other));
      }
      CHECK(top.result(std::move(parts)) == top.result(std::move(state)));
    }
  }
}

TEST_CASE("top_k of nothing and of less than k", "[aggregate]") {
  CHECK(jobs::code_of([] { top_k(0); }) == Errc::invalid_argument);
  CHECK(over(std::vector<int>{}, top_k(3)).empty());
  CHECK(over(std::vector<int>{2, 9}, top_k(3)) == std::vector<int>{9, 2});
}

namespace {

/// Everything that depends on order, as one value; `hazard` is called for every record.
template <class Hazard>
std::string everything(Options options, const Hazard& hazard) {
  options.slice_records = 64;
  options.default_partitions = 7;
  StreamingContext ssc(options);
  auto [queue, stream] = ssc.queue_stream<Bid>();
  const auto weight = [hazard](const Bid& bid) { return hazard(), bid.weight; };
  const auto aggregates =
      combined(sum(weight), mean(weight), variance(weight), first(&Bid::bidder), last(&Bid::bidder),
               collect(&Bid::price), approx_quantiles(weight, {0.1, 0.5, 0.9}, 8),
               approx_distinct_count(&Bid::bidder, 5));
  auto keyed = testing::capture(stream.key_by(&Bid::auction).aggregate(aggregates));
  auto whole = testing::capture(stream.aggregate(aggregates, top_k(9, &Bid::bidder)));
  testing::BatchDriver driver(ssc);
  for (std::uint64_t batch = 1; batch < 4; ++batch) {
    queue.push_blocks(make_bids(700, batch));
    driver.run_batch();
  }
  std::string text;
  const auto put = [&text](const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    Codec<Value>::encode(text, value);
  };
  for (const auto& batch : keyed.batches()) {
    for (const auto& [key, result] : batch.records) put(key), put(result);
  }
  for (const auto& batch : whole.batches()) {
    for (const auto& [result, top] : batch.records) {
      put(result);
      for (const Bid& bid : top) put(bid.bidder), put(bid.weight);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("aggregates are the same bit for bit whatever runs them", "[aggregate][determinism]") {
  const std::string expected = everything(jobs::by_hand(), [] {});
  REQUIRE(expected.size() > 20'000);
  for (std::uint32_t executors = 1; executors <= 2; ++executors) {
    for (std::uint32_t slots = 1; slots <= 3; ++slots) {
      CHECK(everything(jobs::on_executors(executors, slots), [] {}) == expected);
    }
  }
  for (Options options : {jobs::by_hand(), jobs::on_executors(2, 2)}) {
    options.max_task_failures = 1000;
    auto calls = std::make_shared<std::atomic<std::uint64_t>>(0);
    CHECK(everything(options, [calls] {
            if (calls->fetch_add(1) % 997 == 500) throw std::runtime_error("now and then");
          }) == expected);
    CHECK(calls->load() > 5000);
  }
}

TEST_CASE("the partition count changes no value", "[aggregate]") {
  const Blocks blocks = make_bids(1000);
  const auto with = [&](auto... partitions) {
    return run<Bid>(jobs::by_hand(), blocks, [&](const DStream<Bid>& stream) {
      return stream.key_by(&Bid::bidder).aggregate(count(), sum(&Bid::weight), partitions...);
    });
  };
  const auto expected = with();
  CHECK(with(1) == expected);
  CHECK(with(Partitions(128)) == expected);
  const auto by_length = [](std::string_view bidder) { return bidder.size() % 3; };
  CHECK(jobs::sorted(with(partition_by(by_length, 3))) == jobs::sorted(expected));
  CHECK(jobs::code_of([&] { with(0); }) == Errc::invalid_argument);
  CHECK(jobs::code_of([&] { with(-1); }) == Errc::invalid_argument);
}

TEST_CASE("a data set has the same aggregates", "[aggregate][rdd]") {
  const Blocks blocks = make_bids(500);
  StreamingContext ssc(either_runner());
  auto [queue, stream] = ssc.queue_stream<Bid>();
  std::vector<std::pair<std::uint32_t, std::int64_t>> counts;
  std::tuple<std::int64_t, std::optional<std::int64_t>> whole;
  stream.foreach_rdd([&](const Rdd<Bid>& rdd) {
    counts = rdd.key_by(&Bid::auction).aggregate(count()).collect();
    whole = rdd.aggregate(count(), max(&Bid::price));
  });
  testing::BatchDriver driver(ssc);
  queue.push_blocks(blocks);
  driver.run_batch();
  CHECK(counts.size() == by_auction(blocks).size());
  std::int64_t greatest = INT64_MIN;
  for (const Bid& bid : flat(blocks)) greatest = std::max(greatest, bid.price);
  CHECK(whole == std::tuple(std::int64_t{500}, std::optional(greatest)));
}

TEST_CASE("an error in an aggregate names the operator and the line", "[aggregate]") {
  Options options = jobs::by_hand();
  options.max_task_failures = 2;
  StreamingContext ssc(options);
  auto [queue, stream] = ssc.queue_stream<int>();
  const unsigned line = __LINE__ + 1;
  auto out = testing::capture(stream.aggregate(count(), sum([](int x) -> int {
                                                 if (x > 1) throw std::runtime_error("too big");
                                                 return x;
                                               })));
  testing::BatchDriver driver(ssc);
  queue.push({1, 2});
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(error.operation() == "aggregate");
  CHECK(error.where().value().line() == line);
  CHECK(jobs::contains(error.what(), "too big"));
}
