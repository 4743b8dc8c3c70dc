#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/merge_sort.h"
#include "plan/sort_entries.h"
#include "support/one_batch.h"

using namespace dstream;
using jobs::Blocks;
using jobs::one_batch;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A record that tells where it came from, so that stability shows.
template <class K>
using Tagged = std::pair<K, int>;

template <class K>
Blocks<Tagged<K>> tagged(const Blocks<K>& blocks) {
  Blocks<Tagged<K>> result;
  int next = 0;
  for (const auto& block : blocks) {
    result.emplace_back();
    for (const K& key : block) result.back().emplace_back(key, next++);
  }
  return result;
}

/// What sort_by must give: records in order of their keys, by `less`; equal ones as they came.
template <class K, class Less>
std::vector<Tagged<K>> stably_sorted(const Blocks<Tagged<K>>& blocks, const Less& less) {
  auto all = jobs::joined(blocks);
  std::stable_sort(all.begin(), all.end(),
                   [&](const auto& a, const auto& b) { return less(a.first, b.first); });
  return all;
}

template <class K>
Blocks<K> blocks_of(const std::vector<std::size_t>& sizes,
                    const std::function<K(std::size_t)>& key) {
  Blocks<K> blocks;
  std::size_t next = 0;
  for (const std::size_t size : sizes) {
    blocks.emplace_back();
    for (std::size_t i = 0; i < size; ++i) blocks.back().push_back(key(next++));
  }
  return blocks;
}

/// Batches of all the shapes in which sorting goes wrong, `make` turning numbers into keys.
template <class K>
std::vector<std::pair<std::string, Blocks<K>>> shapes(const std::function<K(std::uint64_t)>& make) {
  auto random = std::make_shared<std::mt19937_64>(7);
  const auto draw = [=](std::size_t) { return make((*random)()); };
  const std::vector<std::size_t> many = {3000, 1, 0, 2500, 40};
  return {
      {"no blocks", {}},
      {"an empty block", {{}}},
      {"one record", {{make(3)}}},
      {"two records", {{make(9)}, {make(2)}}},
      {"random", blocks_of<K>(many, draw)},
      {"few distinct", blocks_of<K>(many, [=](std::size_t) { return make((*random)() % 5); })},
      {"sorted", blocks_of<K>(many, [=](std::size_t i) { return make(i); })},
      {"reversed", blocks_of<K>(many, [=](std::size_t i) { return make(100000 - i); })},
      {"all equal", blocks_of<K>(many, [=](std::size_t) { return make(42); })},
      {"skewed",
       blocks_of<K>(many, [=](std::size_t i) { return make(i % 50 == 0 ? (*random)() : 1); })},
      {"one large block", blocks_of<K>({9000}, draw)},
  };
}

/// Sorts every shape both ways on every runner and compares with the oracle.
template <class K>
void check_keys(const std::function<K(std::uint64_t)>& make) {
  const auto key = [](const Tagged<K>& record) -> const K& { return record.first; };
  for (const auto& runner : jobs::all_runners()) {
    for (const auto& [name, keys] : shapes<K>(make)) {
      for (const std::uint32_t slice : {100U, 65536U}) {
        INFO(runner.name << ", " << name << ", slices of " << slice);
        Options options = runner.options;
        options.slice_records = slice;
        const auto blocks = tagged(keys);
        CHECK((one_batch(options, blocks, [&](auto s) { return s.sort_by(key); }) ==
               stably_sorted<K>(blocks, std::less<>())));
        CHECK((one_batch(options, blocks, [&](auto s) {
                 return s.sort_by(key, SortOrder::descending, 5);
               }) == stably_sorted<K>(blocks, std::greater<>())));
      }
    }
  }
}

enum class Level : std::int8_t { low = -1, middle = 0, high = 1 };

}  // namespace

TEST_CASE("sort_by: integers of all widths", "[sort]") {
  check_keys<std::int64_t>([](std::uint64_t x) { return static_cast<std::int64_t>(x); });
  check_keys<std::uint32_t>([](std::uint64_t x) { return static_cast<std::uint32_t>(x); });
  check_keys<std::int16_t>([](std::uint64_t x) { return static_cast<std::int16_t>(x); });
  check_keys<bool>([](std::uint64_t x) { return x % 2 == 1; });
}

TEST_CASE("sort_by: floats, enums, durations", "[sort]") {
  check_keys<double>(
      [](std::uint64_t x) { return std::sqrt(static_cast<double>(x)) * (x % 2 == 0 ? 1 : -1); });
  check_keys<float>(
      [](std::uint64_t x) { return static_cast<float>(static_cast<std::int64_t>(x)); });
  check_keys<Level>(
      [](std::uint64_t x) { return static_cast<Level>(static_cast<int>(x % 3) - 1); });
  check_keys<std::chrono::seconds>(
      [](std::uint64_t x) { return std::chrono::seconds(static_cast<std::int64_t>(x)); });
}

TEST_CASE("sort_by: text with NUL and invalid UTF-8, and compound keys", "[sort]") {
  check_keys<std::string>([](std::uint64_t x) {
    std::string text(x % 23, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(x >> (i % 7 * 8));
    return text;
  });
  check_keys<std::pair<int, std::string>>(
      [](std::uint64_t x) { return std::pair(static_cast<int>(x % 3), std::to_string(x)); });
}

TEST_CASE("sort_by: records of all sizes stay whole", "[sort]") {
  struct Large {
    std::int32_t key;
    std::string text;
    std::array<std::int64_t, 6> filler;
    bool operator==(const Large&) const = default;
  };
  std::mt19937 random(3);
  Blocks<Large> large(2);
  Blocks<std::int32_t> narrow(2);
  Blocks<std::string_view> views(2);
  std::vector<std::string> texts;
  for (int i = 0; i < 5000; ++i)
    texts.push_back(std::to_string(random() % 900) + std::string(i % 40, 'x'));
  for (std::size_t i = 0; i < 5000; ++i) {
    const auto key = static_cast<std::int32_t>(random());
    large[i % 2].push_back({key % 100, texts[i], {key, 1, 2, 3, 4, key}});
    narrow[i % 2].push_back(key);
    views[i % 2].push_back(texts[i]);
  }
  for (const auto& runner : jobs::all_runners()) {
    Options options = runner.options;
    options.slice_records = 300;
    auto expected = jobs::joined(large);
    std::stable_sort(expected.begin(), expected.end(),
                     [](const Large& a, const Large& b) { return a.key < b.key; });
    CHECK((one_batch(options, large, [](auto s) { return s.sort_by(&Large::key); }) == expected));
    CHECK((one_batch(options, large, [](auto s) {
             return s.map([](Large x) { return x; }).sort_by(&Large::key);
           }) == expected));
    CHECK(one_batch(options, narrow, [](auto s) {
            return s.sort_by([](std::int32_t x) { return x; });
          }) == jobs::sorted(jobs::joined(narrow)));
    const auto all = jobs::joined(views);
    CHECK(one_batch(options, views, [](auto s) {
            return s.sort_by([](std::string_view text) { return text; });
          }) == jobs::sorted(std::vector<std::string>(all.begin(), all.end())));
  }
}

TEST_CASE("sort_by: NaN comes last in both orders, and -0.0 equals 0.0", "[sort]") {
  const Blocks<double> keys = {{kNan, 1, -0.0, -kNan, kInfinity},
                               {0.0, -kInfinity, kNan, -0.0, -1}};
  const auto blocks = tagged(keys);
  struct Case {
    SortOrder order;
    std::vector<int> expected;  // the records' places in the input
  };
  const std::vector<Case> cases = {
      {SortOrder::ascending, {6, 9, 2, 5, 8, 1, 4, 0, 3, 7}},
      {SortOrder::descending, {4, 1, 2, 5, 8, 9, 6, 0, 3, 7}},
  };
  for (const auto& runner : jobs::all_runners()) {
    for (const Case& c : cases) {
      const auto places = [&](const auto& key) {
        return one_batch(runner.options, blocks, [&](auto s) {
          return s.sort_by(key, c.order).map([](const Tagged<double>& t) { return t.second; });
        });
      };
      CHECK(places(&Tagged<double>::first) == c.expected);
      CHECK(places([](const Tagged<double>& t) { return static_cast<float>(t.first); }) ==
            c.expected);
      CHECK(places([](const Tagged<double>& t) { return static_cast<long double>(t.first); }) ==
            c.expected);
    }
  }
}

TEST_CASE("sort_by: a comparison of one's own", "[sort]") {
  const auto blocks = tagged<int>({jobs::numbers(0, 2000), jobs::numbers(-500, 3000)});
  const auto last_digit_down = [](int a, int b) { return std::abs(b) % 10 < std::abs(a) % 10; };
  for (const auto& runner : jobs::all_runners()) {
    Options options = runner.options;
    options.slice_records = 256;
    CHECK((one_batch(options, blocks, [&](auto s) {
             return s.sort_by(&Tagged<int>::first, last_digit_down);
           }) == stably_sorted<int>(blocks, last_digit_down)));
    CHECK((one_batch(options, blocks, [&](auto s) { return s.sort_by_key(last_digit_down, 3); }) ==
           stably_sorted<int>(blocks, last_digit_down)));
    CHECK((one_batch(options, blocks, [&](auto s) { return s.sort_by_key(); }) ==
           stably_sorted<int>(blocks, std::less<>())));
    CHECK((one_batch(options, blocks, [&](auto s) {
             return s.sort_by_key(SortOrder::descending);
           }) == stably_sorted<int>(blocks, std::greater<>())));
  }
}

TEST_CASE("sort_by: a comparison that is no order loses nothing", "[sort]") {
  const Blocks<int> blocks = {jobs::numbers(0, 5000), jobs::numbers(5000, 3000)};
  const std::vector<std::function<bool(int, int)>> bad = {
      [](int, int) { return true; }, [](int, int) { return false; },
      [](int a, int b) { return (a * 2654435761U + b) % 7 < 3; },
      [](int a, int b) { return (b - a + 9000) % 3 == 1; }};
  Options options = jobs::by_hand();
  options.slice_records = 700;
  for (const auto& less : bad) {
    CHECK(jobs::sorted(one_batch(options, blocks, [&](auto s) {
            return s.sort_by([](int x) { return x; }, less);
          })) == jobs::joined(blocks));
  }
}

TEST_CASE("sort_by: ranges are even, and every record is in one", "[sort]") {
  const std::vector<std::pair<std::string, std::function<int(int)>>> cases = {
      {"distinct", [](int i) { return i * 7919 % 40000; }},
      {"all equal", [](int) { return 1; }},
      {"half equal", [](int i) { return i % 2 == 0 ? 20000 : i; }},
      {"sorted", [](int i) { return i; }}};
  for (const auto& [name, key] : cases) {
    for (const bool by_word : {true, false}) {
      INFO(name << (by_word ? ", words" : ", comparison"));
      Options options = jobs::by_hand();
      options.slice_records = 2000;
      Blocks<int> blocks(1);
      for (int i = 0; i < 40000; ++i) blocks[0].push_back(key(i));
      const auto ranges = one_batch(options, blocks, [&](DStream<int> s) {
        const auto self = [](int x) { return x; };
        return (by_word ? s.sort_by(self, SortOrder::ascending, 8)
                        : s.sort_by(self, std::less<int>(), 8))
            .glom();
      });
      REQUIRE(ranges.size() == 8);
      for (const auto& range : ranges) CHECK(std::abs(static_cast<int>(range.size()) - 5000) < 500);
      CHECK(jobs::joined(ranges) == jobs::sorted(blocks[0]));
    }
  }
}

TEST_CASE("sort_by: a small batch has few ranges", "[sort]") {
  for (const int records : {0, 1, 1024, 1025, 5000}) {
    const auto ranges = one_batch<int>(jobs::by_hand(), {jobs::numbers(0, records)}, [](auto s) {
      return s.sort_by([](int x) { return -x; }).glom();
    });
    CHECK(ranges.size() == static_cast<std::size_t>((records + 1023) / 1024));
  }
}

TEST_CASE("sort_by: the same in every batch, and whatever fails or runs it", "[sort]") {
  const auto run = [](Options options, const std::function<void()>& hazard) {
    options.slice_records = 64;
    options.max_task_failures = 1000;
    StreamingContext ssc(options);
    auto [queue, numbers] = ssc.queue_stream<int>();
    const auto text = [hazard](int x) { return hazard(), std::to_string(x); };
    auto by_word = testing::capture(numbers.sort_by([hazard](int x) { return hazard(), x % 100; }));
    auto by_text = testing::capture(numbers.map(text).sort_by(
        [](const std::string& t) { return t.substr(0, 1); },
        [hazard](const std::string& a, const std::string& b) { return hazard(), b < a; }));
    auto best = testing::capture(
        numbers.top(20, [hazard](int a, int b) { return hazard(), a % 50 < b % 50; }));
    auto dealt = testing::capture(numbers.map(text).repartition(5).zip_with_index());
    testing::BatchDriver driver(ssc);
    std::mt19937 random(11);
    for (int batch = 0; batch < 3; ++batch) {
      Blocks<int> blocks(3);
      for (auto& block : blocks) {
        for (int i = 0; i < 1500; ++i) block.push_back(static_cast<int>(random() % 10000));
      }
      queue.push_blocks(std::move(blocks));
      driver.run_batch();
    }
    std::string all;
    const auto add = [&all](const auto& batches) {
      for (const auto& batch : batches) {
        for (const auto& record : batch.records) format_value(all, record), all += '\n';
      }
    };
    add(by_word.batches());
    add(by_text.batches());
    add(best.batches());
    add(dealt.batches());
    return all;
  };
  const std::string expected = run(jobs::by_hand(), [] {});
  REQUIRE(expected.size() > 50000);
  for (const auto& runner : jobs::all_runners()) {
    INFO(runner.name);
    CHECK(run(runner.options, [] {}) == expected);
    auto calls = std::make_shared<std::atomic<std::uint64_t>>(0);
    const auto now_and_then = [calls] {
      if (calls->fetch_add(1) % 49999 == 4000) throw std::runtime_error("now and then");
    };
    CHECK(run(runner.options, now_and_then) == expected);
    CHECK(*calls > 5 * 49999);
  }
}

TEST_CASE("top and take_ordered are the first of the sorted batch", "[sort]") {
  std::mt19937 random(5);
  Blocks<Tagged<int>> blocks(3);
  for (int i = 0; i < 3000; ++i) {
    blocks[random() % 3].emplace_back(static_cast<int>(random() % 200), i);
  }
  const auto by_key = [](const Tagged<int>& a, const Tagged<int>& b) { return a.first < b.first; };
  const auto smallest = stably_sorted<int>(blocks, std::less<>());
  const auto largest = stably_sorted<int>(blocks, std::greater<>());
  const auto first = [](const auto& all, std::int64_t n) {
    const auto count = std::min<std::int64_t>(n, static_cast<std::int64_t>(all.size()));
    return std::vector<Tagged<int>>(all.begin(), all.begin() + count);
  };
  for (const auto& runner : jobs::all_runners()) {
    Options options = runner.options;
    options.slice_records = 100;
    for (const std::int64_t n : {0, 1, 2, 50, 2999, 3000, 1'000'000}) {
      INFO(runner.name << ", " << n);
      CHECK(one_batch(options, blocks, [&](auto s) { return s.top(n, by_key); }) ==
            first(largest, n));
      CHECK(one_batch(options, blocks, [&](auto s) { return s.take_ordered(n, by_key); }) ==
            first(smallest, n));
    }
    CHECK(one_batch<Tagged<int>>(options, {}, [&](auto s) { return s.top(3); }).empty());
  }
}

TEST_CASE("top: natural order, NaN as the least, text", "[sort]") {
  for (const auto& runner : jobs::all_runners()) {
    const Blocks<double> numbers = {{kNan, 1, 5}, {-3, kNan, 2}};
    CHECK(one_batch(runner.options, numbers, [](auto s) { return s.top(3); }) ==
          std::vector<double>{5, 2, 1});
    CHECK(one_batch(runner.options, numbers, [](auto s) { return s.take_ordered(3); }) ==
          std::vector<double>{-3, 1, 2});
    const auto all = one_batch(runner.options, numbers, [](auto s) { return s.top(9); });
    REQUIRE(all.size() == 6);
    CHECK(all[3] == -3);
    CHECK(std::isnan(all[4]));
    const Blocks<std::string_view> texts = {{"b", std::string_view("a\0", 2), "\xff"}, {"a", ""}};
    CHECK(one_batch(runner.options, texts, [](auto s) { return s.top(3); }) ==
          std::vector<std::string>{"\xff", "b", std::string("a\0", 2)});
  }
}

TEST_CASE("top: views stay valid until whatever follows has seen them", "[sort]") {
  Blocks<std::string_view> texts(2);
  const std::vector<std::string> held = {std::string(100, 'b'), std::string(40, 'd'),
                                         std::string(300, 'a'), std::string(20, 'c')};
  for (std::size_t i = 0; i < held.size(); ++i) texts[i % 2].push_back(held[i]);
  for (const auto& runner : jobs::all_runners()) {
    INFO(runner.name);
    CHECK(one_batch(runner.options, texts, [](auto s) { return s.top(2); }) ==
          std::vector<std::string>{held[1], held[3]});
    CHECK(one_batch(runner.options, texts, [](auto s) {
            return s.take_ordered(3).map([](std::string_view text) { return text.substr(1); });
          }) == std::vector<std::string>{held[2].substr(1), held[0].substr(1), held[3].substr(1)});
  }
}

TEST_CASE("entries are sorted by radix, stable, whatever their keys", "[sort]") {
  using detail::SortEntry64;
  const std::vector<std::function<std::uint64_t(std::mt19937_64&, std::uint64_t)>> kinds = {
      [](auto& r, std::uint64_t) { return r(); },
      [](auto& r, std::uint64_t) { return r() % 3; },
      [](auto& r, std::uint64_t) { return r() << 40; },
      [](auto& r, std::uint64_t i) { return i % 2 == 0 ? r() % 1000 : r(); },
      [](auto& r, std::uint64_t) { return std::uint64_t{1} << (r() % 64); },
      [](auto& r, std::uint64_t) { return (r() % 2 << 63) | r() % 4096; },
      [](auto&, std::uint64_t i) { return i; },
      [](auto&, std::uint64_t i) { return ~i; },
      [](auto&, std::uint64_t) { return ~std::uint64_t{0}; }};
  const auto same = [](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
      return x.key == y.key && x.value == y.value;
    });
  };
  const auto check = [&](auto kind, auto entry, std::size_t size, const auto& key) {
    using Entry = decltype(entry);
    std::mt19937_64 random(kind);
    std::vector<Entry> entries(size), scratch(size);
    using Word = decltype(entry.key);
    for (std::size_t i = 0; i < size; ++i) {
      entries[i] = {static_cast<Word>(key(random, i)), static_cast<Word>(i)};
    }
    auto expected = entries;
    std::stable_sort(expected.begin(), expected.end(),
                     [](const Entry& a, const Entry& b) { return a.key < b.key; });
    detail::sort_entries(entries.data(), scratch.data(), size);
    INFO("kind " << kind << ", size " << size);
    CHECK(same(entries, expected));
  };
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    for (const std::size_t size : {0U, 1U, 2U, 17U, 192U, 193U, 1000U, 70000U}) {
      check(kind, SortEntry64{}, size, kinds[kind]);
      check(kind, detail::SortEntry32{}, size, kinds[kind]);
    }
  }
}

TEST_CASE("merge sort is stable at all sizes", "[sort]") {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 200; ++size) {
    std::vector<std::pair<int, std::size_t>> items(size), scratch(size);
    for (std::size_t i = 0; i < size; ++i) items[i] = {static_cast<int>(random() % 10), i};
    auto expected = items;
    std::sort(expected.begin(), expected.end());
    detail::merge_sort(items.data(), scratch.data(), size,
                       [](const auto& a, const auto& b) { return a.first < b.first; });
    CHECK(items == expected);
  }
}
