#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
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

/// The probability of k of n at probability p, by logarithms.
double binomial(int n, int k, double p) {
  return std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) +
                  k * std::log(p) + (n - k) * std::log1p(-p));
}

/// Numbers that a binomial count stays between, but for one in 10^9 cases.
std::pair<int, int> binomial_bounds(int n, double p) {
  constexpr double kUnlikely = 0.5e-9;
  std::pair<int, int> bounds{0, n};
  for (double tail = binomial(n, bounds.first, p); tail < kUnlikely;) {
    tail += binomial(n, ++bounds.first, p);
  }
  for (double tail = binomial(n, bounds.second, p); tail < kUnlikely;) {
    tail += binomial(n, --bounds.second, p);
  }
  return bounds;
}

void check_binomial(std::size_t found, int n, double p) {
  const auto [least, most] = binomial_bounds(n, p);
  INFO(found << " of " << n << " at " << p);
  CHECK(static_cast<int>(found) >= least);
  CHECK(static_cast<int>(found) <= most);
}

double poisson(double mean, int k) {
  return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0));
}

constexpr int kRecords = 40'000;

Blocks<int> records() {
  return {jobs::numbers(0, kRecords / 4), jobs::numbers(kRecords / 4, 3 * kRecords / 4)};
}

Options slices_of(Options options, std::uint32_t slice_records) {
  options.slice_records = slice_records;
  return options;
}

std::vector<int> sample_of(double fraction, std::uint64_t seed) {
  return one_batch(slices_of(jobs::by_hand(), 1000), records(),
                   [=](DStream<int> s) { return s.sample(fraction, seed); });
}

}  // namespace

TEST_CASE("the bounds are those of the binomial distribution", "[sample]") {
  double inside = 0;
  const auto [least, most] = binomial_bounds(1000, 0.3);
  for (int k = least; k <= most; ++k) inside += binomial(1000, k, 0.3);
  CHECK(inside == Approx(1).epsilon(1e-8));
  CHECK(least > 200);
  CHECK(most < 400);
}

TEST_CASE("sample takes records in order, each with its probability", "[sample]") {
  for (const double fraction : {0.001, 0.1, 0.5, 0.99}) {
    for (const std::uint64_t seed : {0ULL, 1ULL, ~0ULL}) {
      const std::vector<int> taken = sample_of(fraction, seed);
      CHECK(std::is_sorted(taken.begin(), taken.end()));
      CHECK(std::adjacent_find(taken.begin(), taken.end()) == taken.end());
      check_binomial(taken.size(), kRecords, fraction);
      // No slice, position in a slice or remainder is preferred.
      std::map<int, std::size_t> by_slice, by_position, by_remainder;
      for (const int x : taken) {
        ++by_slice[x / 10000];
        ++by_position[x % 1000 / 250];
        ++by_remainder[x % 8];
      }
      for (int i = 0; i < 4; ++i) check_binomial(by_slice[i], kRecords / 4, fraction);
      for (int i = 0; i < 4; ++i) check_binomial(by_position[i], kRecords / 4, fraction);
      for (int i = 0; i < 8; ++i) check_binomial(by_remainder[i], kRecords / 8, fraction);
    }
  }
}

TEST_CASE("sample at the ends of its range", "[sample]") {
  CHECK(sample_of(0, 1).empty());
  CHECK(sample_of(1e-300, 1).empty());
  CHECK(sample_of(1, 1) == jobs::joined(records()));
  CHECK(sample_of(std::nextafter(1.0, 0.0), 1) == jobs::joined(records()));
}

TEST_CASE("seeds, batches and slices choose independently", "[sample]") {
  const auto both = [](const std::vector<int>& a, const std::vector<int>& b) {
    std::vector<int> common;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
    return common.size();
  };
  const auto first = sample_of(0.2, 1);
  CHECK(sample_of(0.2, 1) == first);
  check_binomial(both(first, sample_of(0.2, 2)), kRecords, 0.04);

  StreamingContext ssc(slices_of(jobs::by_hand(), 1000));
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers.sample(0.2, 1));
  testing::BatchDriver driver(ssc);
  for (int batch = 0; batch < 2; ++batch) {
    queue.push_blocks(records());
    driver.run_batch();
  }
  CHECK(out.batches()[0].records == first);
  check_binomial(both(first, out.batches()[1].records), kRecords, 0.04);

  std::vector<std::vector<int>> of_slice(2);
  for (const int x : first) {
    if (x < 2000) of_slice[static_cast<std::size_t>(x / 1000)].push_back(x % 1000);
  }
  check_binomial(both(of_slice[0], of_slice[1]), 1000, 0.04);
}

TEST_CASE("sample_with_replacement repeats records as Poisson says", "[sample]") {
  for (const double mean : {0.1, 1.0, 3.5, 100.0}) {
    const auto taken = one_batch(slices_of(jobs::by_hand(), 1000), records(),
                                 [=](auto s) { return s.sample_with_replacement(mean, 3); });
    CHECK(std::is_sorted(taken.begin(), taken.end()));
    std::map<int, int> times;
    for (const int x : taken) ++times[x];
    std::map<int, std::size_t> with;
    for (const auto& [x, count] : times) ++with[count];
    with[0] = static_cast<std::size_t>(kRecords) - times.size();
    double checked = 0;
    for (int k = 0; k < 200; ++k) {
      if (const double p = poisson(mean, k); p > 1e-4) {
        check_binomial(with[k], kRecords, p);
        checked += p;
      }
    }
    CHECK(checked > 0.98);
  }
  CHECK(one_batch(jobs::by_hand(), records(), [](auto s) {
          return s.sample_with_replacement(0);
        }).empty());
}

TEST_CASE("a sample does not depend on what runs it or on attempts that fail", "[sample]") {
  Blocks<std::string> texts(3);
  for (int i = 0; i < 9000; ++i) {
    texts[static_cast<std::size_t>(i) % 3].push_back(i % 5 == 0 ? std::string("\0\xff", 2)
                                                                : "a text that lives on the heap " +
                                                                      std::to_string(i));
  }
  const auto build = [](auto hazard) {
    return [hazard](DStream<std::string> s) {
      const auto pass = [hazard](std::string text) { return hazard(), text; };
      return s.map(pass).sample(0.3, 5).map(pass).union_with(
          s.map(pass).sample_with_replacement(0.3, 5).map(pass));
    };
  };
  const auto expected = one_batch(slices_of(jobs::by_hand(), 500), texts, build([] {}));
  REQUIRE(expected.size() > 4000);
  for (const auto& runner : jobs::all_runners()) {
    Options options = slices_of(runner.options, 500);
    options.max_task_failures = 1000;
    CHECK(one_batch(options, texts, build([] {})) == expected);
    auto calls = std::make_shared<std::atomic<int>>(0);
    CHECK(one_batch(options, texts, build([calls] {
                      if (calls->fetch_add(1) % 1999 == 700)
                        throw std::runtime_error("now and then");
                    })) == expected);
    CHECK(*calls > 10 * 1999);
  }
}

TEST_CASE("a sample of views hands on views", "[sample]") {
  const Blocks<std::string_view> lines = {{"a b c", "d", std::string_view("\0 \xff", 3)}};
  for (const auto& runner : jobs::all_runners()) {
    const auto words = [&](const auto& take) {
      return one_batch(runner.options, lines, [&](auto s) { return take(s.flat_map(split(' '))); });
    };
    const std::vector<std::string> all = {"a", "b", "c", "d", std::string(1, '\0'), "\xff"};
    CHECK(words([](auto s) { return s.sample(1); }) == all);
    const auto repeated = words([](auto s) { return s.sample_with_replacement(50); });
    CHECK(repeated.size() > 100);
    CHECK(std::vector<std::string>(repeated.begin(), repeated.begin() + 10) ==
          std::vector<std::string>(10, "a"));
  }
}
