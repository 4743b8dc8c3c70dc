#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/bids.h"

using namespace bids;

namespace {

struct PlainNumbers {
  std::int64_t count = 0, sum = 0, won = 0, won_sum = 0;
  std::int64_t least = INT64_MAX, greatest = INT64_MIN;
  std::string least_name, first, last;
  std::vector<std::int64_t> prices;
  std::set<std::string> names;
};

PlainNumbers plain(const std::vector<Bid>& bids) {
  PlainNumbers n;
  for (const Bid& bid : bids) {
    ++n.count;
    n.sum += bid.price;
    n.won += bid.won;
    n.won_sum += bid.won ? bid.price : 0;
    n.least = std::min(n.least, bid.price);
    n.greatest = std::max(n.greatest, bid.price);
    if (n.least_name.empty() || bid.bidder < n.least_name) n.least_name = bid.bidder;
    if (n.first.empty()) n.first = bid.bidder;
    n.last = bid.bidder;
    n.prices.push_back(bid.price);
    n.names.insert(bid.bidder);
  }
  return n;
}

/// The k highest prices with their bidders; of equal ones the earlier first.
std::vector<std::pair<std::int64_t, std::string>> plain_top(std::vector<Bid> bids, std::size_t k) {
  std::stable_sort(bids.begin(), bids.end(),
                   [](const Bid& a, const Bid& b) { return a.price > b.price; });
  std::vector<std::pair<std::int64_t, std::string>> top;
  for (const Bid& bid : bids) {
    if (top.size() < k) top.emplace_back(bid.price, bid.bidder);
  }
  return top;
}

double plain_variance(const std::vector<Bid>& bids, double divisor_less) {
  long double mean = 0;
  for (const Bid& bid : bids) mean += bid.weight;
  mean /= static_cast<long double>(bids.size());
  long double squares = 0;
  for (const Bid& bid : bids) squares += (bid.weight - mean) * (bid.weight - mean);
  return static_cast<double>(squares / (static_cast<long double>(bids.size()) - divisor_less));
}

}  // namespace

TEST_CASE("aggregates of keys against a plain loop", "[aggregate]") {
  const Blocks blocks = make_bids(GENERATE(1, 40, 5000));
  const auto results = as_map(run<Bid>(either_runner(), blocks, [](const DStream<Bid>& stream) {
    return stream.key_by(&Bid::auction)
        .aggregate(count(), sum(&Bid::price), min(&Bid::price), max(&Bid::price),
                   combined(count_if(&Bid::won), filtered(&Bid::won, sum(&Bid::price)),
                            min(&Bid::bidder), first(&Bid::bidder), last(&Bid::bidder)),
                   collect(&Bid::price), distinct_count(&Bid::bidder), top_k(3, &Bid::price));
  }));
  const auto expected = by_auction(blocks);
  REQUIRE(results.size() == expected.size());
  for (const auto& [auction, of_auction] : expected) {
    const PlainNumbers n = plain(of_auction);
    const auto& [counted, total, least, greatest, more, prices, names, top] = results.at(auction);
    CHECK(counted == n.count);
    CHECK(total == n.sum);
    CHECK(least == n.least);
    CHECK(greatest == n.greatest);
    CHECK(more == std::tuple(n.won, n.won_sum, n.least_name, n.first, n.last));
    CHECK(prices == n.prices);
    CHECK(names == static_cast<std::int64_t>(n.names.size()));
    std::vector<std::pair<std::int64_t, std::string>> ranked;
    for (const Bid& bid : top) ranked.emplace_back(bid.price, bid.bidder);
    CHECK(ranked == plain_top(of_auction, 3));
  }
}

TEST_CASE("one aggregate gives its bare result", "[aggregate]") {
  const Blocks blocks = make_bids(300);
  const auto sums = as_map(run<Bid>(either_runner(), blocks, [](const DStream<Bid>& stream) {
    return stream.key_by(&Bid::auction).aggregate(sum(&Bid::cents));
  }));
  for (const auto& [auction, of_auction] : by_auction(blocks)) {
    CHECK(sums.at(auction) == 100 * plain(of_auction).sum);
  }
  const auto total = run<Bid>(either_runner(), blocks, [](const DStream<Bid>& stream) {
    return stream.aggregate(sum([](const Bid& bid) { return bid.price; }));
  });
  CHECK(total == std::vector<std::int64_t>{plain(flat(blocks)).sum});
}

TEST_CASE("means and variances", "[aggregate]") {
  const Blocks blocks = make_bids(GENERATE(30, 3000));
  const auto results = as_map(run<Bid>(either_runner(), blocks, [](const DStream<Bid>& stream) {
    return stream.key_by(&Bid::auction)
        .aggregate(mean(&Bid::price), mean(&Bid::weight), variance(&Bid::weight),
                   sample_variance(&Bid::weight), stdev(&Bid::weight), sample_stdev(&Bid::weight),
                   mean(&Bid::auction), sum(&Bid::weight));
  }));
  for (const auto& [auction, of_auction] : by_auction(blocks)) {
    const PlainNumbers n = plain(of_auction);
    const auto& [price, weight, population, sample, root, sample_root, key, weights] =
        results.at(auction);
    long double sum = 0;
    for (const Bid& bid : of_auction) sum += bid.weight;
    CHECK(price == static_cast<double>(n.sum) / static_cast<double>(n.count));
    CHECK(weights == Approx(static_cast<double>(sum)).epsilon(1e-12));
    CHECK(weight == weights / static_cast<double>(n.count));
    CHECK(key == auction);
    CHECK(population == Approx(plain_variance(of_auction, 0)).epsilon(1e-9).margin(1e-6));
    CHECK(root == std::sqrt(population));
    if (n.count > 1) {
      CHECK(sample == Approx(plain_variance(of_auction, 1)).epsilon(1e-9).margin(1e-6));
      CHECK(sample_root == std::sqrt(sample));
    } else {
      CHECK(population == 0);
      CHECK(std::isnan(sample));
      CHECK(std::isnan(sample_root));
    }
  }
}

TEST_CASE("variance keeps its digits far from zero", "[aggregate]") {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(1e9 + i % 2);
  CHECK(of_key(values, variance()) == Approx(0.25).epsilon(1e-9));
  CHECK(of_key(values, stdev()) == Approx(0.5).epsilon(1e-9));
}

TEST_CASE("an empty batch has a result of each aggregate", "[aggregate]") {
  const auto results = run<Bid>(either_runner(), {}, [](const DStream<Bid>& stream) {
    return stream.aggregate(count(), sum(&Bid::price), max(&Bid::price), mean(&Bid::weight),
                            collect(&Bid::price), first(&Bid::bidder), filtered(&Bid::won, count()),
                            Longest());
  });
  REQUIRE(results.size() == 1);
  CHECK(results.front() == std::tuple(std::int64_t{0}, std::int64_t{0},
                                      std::optional<std::int64_t>(), std::optional<double>(),
                                      std::vector<std::int64_t>(), std::optional<std::string>(),
                                      std::int64_t{0}, std::size_t{0}));
  const auto one = run<Bid>(either_runner(), {},
                            [](const DStream<Bid>& s) { return s.aggregate(min(&Bid::price)); });
  CHECK(one == std::vector<std::optional<std::int64_t>>{std::nullopt});
  const auto keyed = run<Bid>(either_runner(), {}, [](const DStream<Bid>& stream) {
    return stream.key_by(&Bid::auction).aggregate(count(), max(&Bid::price));
  });
  CHECK(keyed.empty());
  const auto nested = run<Bid>(either_runner(), {}, [](const DStream<Bid>& stream) {
    return stream.aggregate(count(), combined(count(), max(&Bid::price)));
  });
  CHECK_FALSE(std::get<1>(nested.at(0)).has_value());
}

TEST_CASE("a whole batch against a plain loop", "[aggregate]") {
  const Blocks blocks = make_bids(GENERATE(1, 5000));
  const auto results = run<Bid>(either_runner(), blocks, [](const DStream<Bid>& stream) {
    return stream.aggregate(count(), sum(&Bid::price), min(&Bid::price), max(&Bid::bidder),
                            mean(&Bid::price), collect(&Bid::price), last(&Bid::bidder), Longest());
  });
  const PlainNumbers n = plain(flat(blocks));
  REQUIRE(results.size() == 1);
  const auto& [counted, total, least, name, average, prices, final, longest] = results.front();
  CHECK(counted == n.count);
  CHECK(total == n.sum);
  CHECK(least == n.least);
  CHECK(name == *n.names.rbegin());
  CHECK(average == static_cast<double>(n.sum) / static_cast<double>(n.count));
  CHECK(prices == n.prices);
  CHECK(final == n.last);
  CHECK(longest >= 15);
}

TEST_CASE("filtered aggregates are optional where nothing may match", "[aggregate]") {
  const std::vector<int> values{5, 3, 8, 1};
  const auto even = [](int x) { return x % 2 == 0; };
  const auto huge = [](int x) { return x > 100; };
  CHECK(of_key(values, filtered(even, max())) == std::optional(8));
  CHECK(of_key(values, filtered(huge, max())) == std::nullopt);
  CHECK(of_key(values, filtered(huge, sum())) == 0);
  CHECK(of_key(values, filtered(huge, collect())).empty());
  CHECK(of_key(values, count_if(even)) == 1);
  CHECK(of_key(values, filtered(even, filtered(huge, min()))) == std::nullopt);
}

TEST_CASE("aggregate_values sees the values of pairs", "[aggregate]") {
  using Pair = std::pair<std::string, int>;
  const std::vector<std::vector<Pair>> blocks{
      {{"a", 3}, {"b", 9}}, {{"a", -5}}, {{"a", 4}, {"b", 1}}};
  auto results = run<Pair>(either_runner(), blocks, [](const DStream<Pair>& stream) {
    return stream.aggregate_values(count(), sum(), max([](int x) { return x * x; }), Partitions(3));
  });
  using Result = std::pair<std::string, std::tuple<std::int64_t, std::int64_t, int>>;
  CHECK(jobs::sorted(results) == std::vector<Result>{{"a", {3, 2, 25}}, {"b", {2, 10, 81}}});
  const auto whole = run<Pair>(either_runner(), blocks, [](const DStream<Pair>& stream) {
    return stream.aggregate(max(&Pair::second), max());
  });
  CHECK(whole.at(0) == std::tuple(std::optional(9), std::optional(Pair("b", 9))));
}

TEST_CASE("text records are owned by their aggregates", "[aggregate]") {
  const std::vector<std::vector<std::string_view>> lines{{"pear, a long name", "fig"},
                                                         {"apple that is long enough", "pear"}};
  StreamingContext ssc(either_runner());
  auto [queue, stream] = ssc.queue_stream<std::string_view>();
  auto out = testing::capture(stream.aggregate(min(), max(), first(), last(), collect(), top_k(2),
                                               distinct_count(&std::string_view::size)));
  auto keyed = testing::capture(stream.key_by(&std::string_view::front).aggregate(last(), count()));
  testing::BatchDriver driver(ssc);
  queue.push_blocks(lines);
  driver.run_batch();
  const std::vector<std::string> all{"pear, a long name", "fig", "apple that is long enough",
                                     "pear"};
  const auto records = out.last();
  REQUIRE(records.size() == 1);
  const auto& [least, greatest, first_line, last_line, every, top, lengths] = records.front();
  CHECK(least == all[2]);
  CHECK(greatest == all[0]);
  CHECK(first_line == all[0]);
  CHECK(last_line == all[3]);
  CHECK(every == all);
  CHECK(top == std::vector<std::string>{all[0], all[3]});
  CHECK(lengths == 4);
  using Result = std::pair<char, std::tuple<std::string, std::int64_t>>;
  CHECK(jobs::sorted(keyed.last()) ==
        std::vector<Result>{{'a', {all[2], 1}}, {'f', {"fig", 1}}, {'p', {"pear", 2}}});
}

TEST_CASE("NaN is no value to min, max and top_k; infinities are", "[aggregate]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  struct Case {
    std::vector<double> values;
    double least, greatest;
  };
  const std::vector<Case> cases{{{nan, 2, nan, 1, nan}, 1, 2},
                                {{1, nan, -inf}, -inf, 1},
                                {{inf}, inf, inf},
                                {{-inf, nan}, -inf, -inf},
                                {{inf, -inf, 0}, -inf, inf}};
  for (const Case& c : cases) {
    CHECK(of_key(c.values, min()) == c.least);
    CHECK(of_key(c.values, max()) == c.greatest);
    CHECK(over(c.values, min()) == c.least);
    CHECK(over(c.values, top_k(1)) == std::vector<double>{c.greatest});
  }
  CHECK(std::isnan(of_key(std::vector<double>{nan, nan}, min())));
  CHECK(std::isnan(of_key(std::vector<double>{nan, nan}, max())));
  CHECK(of_key(std::vector<double>{nan}, top_k(3)).empty());
  CHECK(std::isnan(of_key(std::vector<double>{1, nan}, sum())));
  CHECK(std::isnan(of_key(std::vector<double>{inf, -inf}, sum())));
  CHECK(of_key(std::vector<double>{1e308, 1e308}, mean()) == inf);
  CHECK(of_key(std::vector<double>{nan, 0.0, nan, -0.0}, distinct_count()) == 2);
  CHECK(std::signbit(of_key(std::vector<double>{-0.0, 0.0}, max())));
}

TEST_CASE("min and max reach the ends of every integer type", "[aggregate]") {
  using Limits = std::numeric_limits<std::int64_t>;
  CHECK(of_key(std::vector<std::int64_t>{Limits::max()}, min()) == Limits::max());
  CHECK(of_key(std::vector<std::int64_t>{Limits::min()}, max()) == Limits::min());
  CHECK(of_key(std::vector<std::uint8_t>{255}, min()) == 255);
  CHECK(of_key(std::vector<std::uint8_t>{0}, max()) == 0);
  CHECK(over(std::vector<std::int8_t>{-128}, max()) == std::optional<std::int8_t>(-128));
}

TEST_CASE("sums of integers are exact or an error", "[aggregate]") {
  using Signed = std::numeric_limits<std::int64_t>;
  using Unsigned = std::numeric_limits<std::uint64_t>;
  const std::vector<std::int64_t> around{Signed::max(), Signed::max(), -1,
                                         Signed::min(), Signed::min(), 3};
  CHECK(of_key(around, sum()) == 0);
  CHECK(of_key(around, mean()) == 0);
  CHECK(of_key(std::vector<std::int64_t>{Signed::max(), 1, -1}, sum()) == Signed::max());
  CHECK(of_key(std::vector<std::int64_t>{Signed::min()}, sum()) == Signed::min());
  CHECK(of_key(std::vector<std::uint64_t>{Unsigned::max()}, sum()) == Unsigned::max());
  CHECK(of_key(std::vector<std::int64_t>{Signed::max(), Signed::max()}, mean()) == 0x1p63);
  CHECK(of_key(std::vector<std::uint64_t>{Unsigned::max(), Unsigned::max()}, mean()) == 0x1p64);
  CHECK(of_key(std::vector<std::int32_t>(1000, INT32_MIN), sum()) == 1000LL * INT32_MIN);
  const auto fails = [](auto values) {
    Options options = jobs::by_hand();
    options.max_task_failures = 1;
    const Error error = jobs::error_of([&] { over(values, sum(), options); });
    return jobs::contains(error.what(), "the total does not fit 64 bits");
  };
  CHECK(fails(std::vector<std::int64_t>{Signed::max(), 1}));
  CHECK(fails(std::vector<std::int64_t>{Signed::min(), -1}));
  CHECK(fails(std::vector<std::uint64_t>{Unsigned::max(), 1}));
}

TEST_CASE("sums of 32-bit integers are checked, too", "[aggregate]") {
  const auto sums = detail::bind_aggregate<std::int32_t>(sum());
  std::int64_t state = std::numeric_limits<std::int64_t>::max();
  CHECK(jobs::code_of([&] { sums.add(state, 1); }) == Errc::capacity);
  state = std::numeric_limits<std::int64_t>::min();
  CHECK(jobs::code_of([&] { sums.remove(state, 1); }) == Errc::capacity);
  CHECK(jobs::code_of([&] { sums.merge(state, -1); }) == Errc::capacity);
  CHECK(state == std::numeric_limits<std::int64_t>::min());  // as it was
}
