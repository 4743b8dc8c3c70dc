#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/one_batch.h"

using namespace dstream;
using jobs::Blocks;
using jobs::one_batch;

// Shuffles move records without knowing their type. Here they meet records of all sizes and kinds:
// each must come out whole, and as often as it went in.

namespace {

/// `kSize` bytes that all say the same.
template <std::size_t kSize, std::size_t kAlign = 1>
struct alignas(kAlign) Plain {
  std::array<std::uint8_t, kSize> bytes;

  static Plain of(int i) {
    Plain plain;
    plain.bytes.fill(static_cast<std::uint8_t>(i));
    return plain;
  }
  bool operator==(const Plain&) const = default;
};

/// A record that is never moved, only copied.
struct Copied {
  std::string text;

  explicit Copied(std::string t) : text(std::move(t)) {}
  Copied(const Copied& other) : text(other.text) {}
  Copied& operator=(const Copied& other) = default;
  static Copied of(int i) {
    return Copied("text that does not lie inline, number " + std::to_string(i));
  }
  bool operator==(const Copied&) const = default;
};

template <class T>
T make(int i) {
  if constexpr (std::is_same_v<T, std::string>) {
    return Copied::of(i).text;
  } else if constexpr (std::is_same_v<T, std::pair<int, double>>) {
    return {i, i / 2.0};
  } else {
    return T::of(i);
  }
}

constexpr int kRecords = 5000;
constexpr int kKeys = 37;

template <class T>
Blocks<std::pair<int, T>> numbered() {
  Blocks<std::pair<int, T>> blocks(3);
  for (int i = 0; i < kRecords; ++i) {
    blocks[static_cast<std::size_t>(i * 3 / kRecords)].emplace_back(i, make<T>(i));
  }
  return blocks;
}

template <class T>
void check_groups(const Options& options) {
  const auto groups = one_batch(options, numbered<T>(), [](const auto& s) {
    return s.map([](const std::pair<int, T>& r) { return std::pair(r.first % kKeys, r.second); })
        .group_by_key();
  });
  CHECK(groups.size() == kKeys);
  for (const auto& [key, values] : groups) {
    std::vector<T> expected;
    for (int i = key; i < kRecords; i += kKeys) expected.push_back(make<T>(i));
    CHECK(values == expected);
  }
}

template <class T>
void check_joins(const Options& options) {
  const auto rows = one_batch(options, numbered<T>(), [](const auto& s) {
    const auto some = s.filter([](const std::pair<int, T>& r) { return r.first % 3 != 0; });
    return s.left_outer_join(some);
  });
  CHECK(rows.size() == kRecords);
  for (const auto& [key, row] : rows) {
    CHECK(row.first == make<T>(key));
    CHECK(row.second.has_value() == (key % 3 != 0));
    if (row.second) CHECK(*row.second == make<T>(key));
  }
}

template <class T>
void check_order(const Options& options) {
  const auto down = [](const auto& a, const auto& b) { return a.first < b.first; };
  const auto sorted = one_batch(options, numbered<T>(), [&](const auto& s) {
    return s.sort_by(&std::pair<int, T>::first, SortOrder::descending);
  });
  const auto compared = one_batch(options, numbered<T>(), [&](const auto& s) {
    return s.sort_by([](const auto& r) { return r.first; }, [](int a, int b) { return a > b; });
  });
  const auto first =
      one_batch(options, numbered<T>(), [&](const auto& s) { return s.top(9, down); });
  REQUIRE(sorted.size() == kRecords);
  REQUIRE(first.size() == 9);
  for (int i = 0; i < kRecords; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::pair<int, T> expected(kRecords - 1 - i, make<T>(kRecords - 1 - i));
    if (sorted[at] != expected || compared[at] != expected) FAIL("record " << i);
    if (at < first.size()) CHECK(first[at] == expected);
  }
}

template <class T>
void check_places(const Options& options) {
  const auto dealt =
      one_batch(options, numbered<T>(), [](const auto& s) { return s.repartition(4); });
  const auto indexed =
      one_batch(options, numbered<T>(), [](const auto& s) { return s.zip_with_index(); });
  REQUIRE(dealt.size() == kRecords);
  REQUIRE(indexed.size() == kRecords);
  for (int i = 0; i < kRecords; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const int from = i / (kRecords / 4) + i % (kRecords / 4) * 4;
    if (dealt[at] != std::pair(from, make<T>(from))) FAIL("record " << i);
    if (indexed[at] != std::pair(std::pair(i, make<T>(i)), std::int64_t{i})) FAIL("record " << i);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("records of all sizes and kinds cross shuffles whole", "[shuffle]", Plain<1>,
                   Plain<3>, (Plain<16, 16>), Plain<24>, (Plain<64, 64>), Plain<100>,
                   (Plain<192, 64>), (std::pair<int, double>), std::string, Copied) {
  for (const auto& runner : jobs::all_runners()) {
    INFO(runner.name);
    Options options = runner.options;
    options.slice_records = 700;
    check_groups<TestType>(options);
    check_joins<TestType>(options);
    check_order<TestType>(options);
    check_places<TestType>(options);
  }
}

TEST_CASE("top: many records that others replace, as views", "[shuffle]") {
  std::vector<std::string> texts;
  for (int i = 0; i < kRecords; ++i)
    texts.push_back(std::to_string(100'000 + i) + std::string(i % 50, 'x'));
  Blocks<std::string_view> views(2);
  Blocks<std::pair<std::string_view, int>> pairs(2);
  for (int i = 0; i < kRecords; ++i) {
    const std::string_view text = texts[static_cast<std::size_t>(i)];
    views[static_cast<std::size_t>(i % 2)].push_back(text);
    pairs[static_cast<std::size_t>(i % 2)].emplace_back(text, i);
  }
  std::vector<std::string> last_texts(texts.rbegin(), texts.rbegin() + 20);
  for (const auto& runner : jobs::all_runners()) {
    INFO(runner.name);
    CHECK(one_batch(runner.options, views, [](const auto& s) { return s.top(20); }) == last_texts);
    const auto last = one_batch(runner.options, pairs, [](const auto& s) { return s.top(20); });
    REQUIRE(last.size() == 20);
    for (std::size_t i = 0; i < last.size(); ++i) CHECK(last[i].first == last_texts[i]);
  }
}
