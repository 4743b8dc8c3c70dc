#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <dstream/detail/combine_fold.h>
#include <dstream/detail/combine_slice.h>

#include "support/catch.h"
#include "support/combine.h"

namespace {

using dstream::hash_of;
using dstream::key_group;
using dstream::partition_of;
using dstream::detail::CountFold;
using dstream::detail::EntrySlice;
using dstream::detail::IdentityKey;
using dstream::testing::CombinedSlice;
using dstream::testing::CombineTable;
using dstream::testing::MergeTable;

constexpr std::uint64_t kSeed = 0x1234;
constexpr std::size_t kTrial = std::size_t{16} << 10;

template <class K>
struct Mixed {
  std::size_t operator()(const K& key) const { return static_cast<std::size_t>(hash_of(key, 99)); }
};

// One slice by plain means: keys in first-seen order, or records as they come once combining stops.
template <class K, class V>
struct PlainSlice {
  std::vector<std::pair<K, V>> entries;
  bool combined = true;
};

template <class K, class T, class KeyOf, class Fold>
auto plain_slice(const std::vector<T>& records, const KeyOf& key_of, const Fold& fold) {
  PlainSlice<K, typename Fold::Value> slice;
  std::unordered_map<K, std::size_t, Mixed<K>> places;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i == kTrial) slice.combined = slice.entries.size() <= kTrial / 10 * 7;
    K key(key_of(records[i]));
    const auto [at, is_new] = places.try_emplace(key, slice.entries.size());
    if (is_new || !slice.combined) {
      slice.entries.emplace_back(std::move(key), fold.first(records[i]));
    } else {
      fold.add(slice.entries[at->second].second, records[i]);
    }
  }
  if (records.size() == kTrial) slice.combined = slice.entries.size() <= kTrial / 10 * 7;
  return slice;
}

// The merge by plain means: by key group, then slice, then first seen.
template <class K, class V, class Fold>
auto plain_merge(const std::vector<PlainSlice<K, V>>& slices, std::uint32_t partition,
                 std::uint32_t partitions, const Fold& fold) {
  std::vector<std::pair<K, V>> merged;
  std::vector<std::vector<std::pair<K, V>>> groups(dstream::kKeyGroups);
  std::unordered_map<K, std::size_t, Mixed<K>> places;
  for (const auto& slice : slices) {
    for (const auto& [key, value] : slice.entries) {
      const std::uint64_t hash = hash_of(key, kSeed);
      if (partition_of(hash, partitions) != partition) continue;
      auto& group = groups[key_group(hash)];
      const auto [at, is_new] = places.try_emplace(key, group.size());
      if (is_new) {
        group.emplace_back(key, value);
      } else {
        fold.merge(group[at->second].second, V(value));
      }
    }
  }
  for (auto& group : groups) {
    for (auto& pair : group) merged.push_back(std::move(pair));
  }
  return merged;
}

// Runs slices through recycled tables and compares with the plain result, order included.
template <class K, class T, class KeyOf, class Fold>
void check(const std::vector<std::vector<T>>& slices, const KeyOf& key_of, const Fold& fold,
           CombineTable<K, typename Fold::Value>& table, std::uint32_t partitions,
           std::size_t chunk = 1000) {
  using V = typename Fold::Value;
  std::vector<PlainSlice<K, V>> plain;
  std::vector<std::unique_ptr<CombinedSlice<K, V>>> owners;
  std::vector<EntrySlice*> written;
  for (const auto& records : slices) {
    plain.push_back(plain_slice<K>(records, key_of, fold));
    for (std::size_t i = 0; i < records.size(); i += chunk) {
      const std::size_t n = std::min(chunk, records.size() - i);
      table.add(std::span<const T>(records.data() + i, n), key_of, fold);
    }
    REQUIRE(table.size() == plain.back().entries.size());
    owners.push_back(std::make_unique<CombinedSlice<K, V>>());
    written.push_back(owners.back().get());
    table.scatter(partitions, *written.back());
    REQUIRE(table.size() == 0);
    REQUIRE(written.back()->partitions() == partitions);
    REQUIRE(written.back()->combined() == plain.back().combined);
  }
  MergeTable<K, V> merger;
  for (std::uint32_t p = 0; p < partitions; ++p) {
    const auto expected = plain_merge(plain, p, partitions, fold);
    for (int attempt = 0; attempt < 2; ++attempt) {
      std::vector<std::pair<K, V>> got;
      merger.merge(written, p, fold,
                   [&](K&& key, V&& value) { got.emplace_back(std::move(key), std::move(value)); });
      REQUIRE(got == expected);
    }
  }
}

template <class K, class T, class KeyOf, class Fold>
void check_all(const std::vector<std::vector<T>>& slices, const KeyOf& key_of, const Fold& fold) {
  CombineTable<K, typename Fold::Value> table(kSeed);
  for (const std::uint32_t partitions : {1U, 2U, 16U, 128U}) {
    check<K>(slices, key_of, fold, table, partitions);
  }
  check<K>(slices, key_of, fold, table, 5, 7);
  check<K>(slices, key_of, fold, table, 3, 100'000);
}

// The places at which a key occurred, as text: shows the order of folding and is not trivial.
struct JoinFold {
  using Value = std::string;
  template <class T>
  Value first(const T& record) const {
    return std::to_string(hash_of(record, 3) % 1000);
  }
  template <class T>
  void add(Value& value, const T& record) const {
    value += ',' + first(record);
  }
  void merge(Value& into, Value&& from) const { into += ';' + from; }
};

// Floats show a change of the order of additions, and a value of three words.
struct FloatFold {
  struct Value {
    double sum;
    double last;
    std::int64_t count;
    friend bool operator==(const Value&, const Value&) = default;
  };
  template <class T>
  Value first(const T& record) const {
    const double x = static_cast<double>(hash_of(record, 3) % 1000) * 0.1;
    return {x, x, 1};
  }
  template <class T>
  void add(Value& value, const T& record) const {
    value.last = static_cast<double>(value.count) * 0.3;
    value.sum += value.last;
    value.count += static_cast<std::int64_t>(hash_of(record, 1) & 1);
  }
  void merge(Value& into, Value&& from) const {
    into.sum += from.sum;
    into.last = from.last;
    into.count += from.count;
  }
};

using Texts = std::vector<std::vector<std::string>>;
const auto kViewOf = [](const std::string& text) { return std::string_view(text); };

std::string random_text(std::mt19937_64& random, std::size_t length, unsigned letters) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += static_cast<char>(random() % letters);
  return text;
}

Texts random_texts(std::mt19937_64& random, std::size_t slices, std::size_t records,
                   std::size_t distinct) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < distinct; ++i) words.push_back(random_text(random, random() % 41, 5));
  Texts texts(slices);
  for (auto& slice : texts) {
    for (std::size_t i = 0; i < records; ++i) {
      const std::size_t k = random() % distinct;
      slice.push_back(words[random() % (k + 1)]);
    }
  }
  return texts;
}

template <class K>
std::vector<std::vector<K>> random_integers(std::mt19937_64& random, std::size_t slices,
                                            std::size_t records, K low, std::uint64_t range) {
  std::vector<std::vector<K>> integers(slices);
  for (auto& slice : integers) {
    for (std::size_t i = 0; i < records; ++i) {
      const std::uint64_t offset = range == 0 ? random() : random() % range;
      slice.push_back(static_cast<K>(static_cast<std::uint64_t>(low) + offset));
    }
  }
  return integers;
}

}  // namespace

TEST_CASE("text keys of every length around the inline limit are folded in order", "[combine]") {
  std::mt19937_64 random(1);
  check_all<std::string>(random_texts(random, 3, 5000, 700), kViewOf, CountFold<std::int64_t>{});
  check_all<std::string>(random_texts(random, 2, 3000, 900), kViewOf, JoinFold{});
  check_all<std::string>(random_texts(random, 2, 3000, 900), kViewOf, FloatFold{});
}

TEST_CASE("text keys that differ in length or NULs alone stay apart", "[combine]") {
  Texts slices(2);
  for (std::size_t length = 0; length <= 40; ++length) {
    for (auto& slice : slices) {
      slice.push_back(std::string(length, '\0'));
      slice.push_back(std::string(length, '\xFF'));
      slice.push_back(std::string(length, 'a') + '\0');
      slice.push_back(std::string(length, 'a'));
    }
  }
  slices.push_back({});
  check_all<std::string>(slices, kViewOf, CountFold<std::int64_t>{});
  const auto null_of = [](const std::string& text) {
    return text.empty() ? std::string_view() : std::string_view(text);
  };
  check_all<std::string>(slices, null_of, CountFold<std::int64_t>{});
}

TEST_CASE("text keys may be returned by value", "[combine]") {
  std::mt19937_64 random(2);
  const auto by_value = [](const std::string& text) { return text + text; };
  check_all<std::string>(random_texts(random, 2, 3000, 300), by_value, CountFold<int>{});
}

TEST_CASE("a batch with nothing in it, or one record", "[combine]") {
  check_all<std::string>(Texts{}, kViewOf, CountFold<std::int64_t>{});
  check_all<std::string>(Texts{{}, {}}, kViewOf, CountFold<std::int64_t>{});
  check_all<std::string>(Texts{{}, {"x"}}, kViewOf, CountFold<std::int64_t>{});
  check_all<std::int64_t>(std::vector<std::vector<std::int64_t>>{{}, {0}, {}}, IdentityKey{},
                          JoinFold{});
}

TEST_CASE("combining stops where most keys are new, at an exact record", "[combine]") {
  std::mt19937_64 random(3);
  Texts texts(2);
  for (auto& slice : texts) {
    for (int i = 0; i < 20'000; ++i) {
      slice.push_back(std::to_string(random() % 100'000) +
                      (i % 5 == 0 ? "long text to store" : ""));
    }
  }
  check_all<std::string>(texts, kViewOf, CountFold<std::int64_t>{});
  check_all<std::string>(texts, kViewOf, JoinFold{});
  check_all<std::uint64_t>(random_integers<std::uint64_t>(random, 3, 30'000, 0, 0), IdentityKey{},
                           CountFold<std::int64_t>{});
  check_all<std::int32_t>(random_integers<std::int32_t>(random, 2, 40'000, -7, 40'000),
                          IdentityKey{}, CountFold<std::int64_t>{});
  check_all<std::int64_t>(random_integers<std::int64_t>(random, 1, kTrial, 5, 60'000),
                          IdentityKey{}, FloatFold{});
}

TEST_CASE("integers in a small range, at the ends of their type and around zero", "[combine]") {
  std::mt19937_64 random(4);
  using Limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t low : {std::int64_t{0}, std::int64_t{-50}, Limits::min(),
                                 Limits::max() - 100, std::int64_t{1} << 40}) {
    check_all<std::int64_t>(random_integers<std::int64_t>(random, 2, 4000, low, 100), IdentityKey{},
                            CountFold<std::int64_t>{});
  }
  check_all<std::uint64_t>(random_integers<std::uint64_t>(random, 2, 4000, ~0ULL - 20, 40),
                           IdentityKey{}, JoinFold{});
  check_all<std::uint8_t>(random_integers<std::uint8_t>(random, 2, 4000, 0, 0), IdentityKey{},
                          FloatFold{});
  check_all<char>(random_integers<char>(random, 2, 4000, 0, 0), IdentityKey{}, CountFold<int>{});
  check_all<bool>(
      std::vector<std::vector<char>>{{0, 1, 1}, {1, 0, 0}}, [](char c) { return c != 0; },
      CountFold<int>{});
}

TEST_CASE("integers spread over 64 bits", "[combine]") {
  std::mt19937_64 random(5);
  std::vector<std::vector<std::int64_t>> slices(3);
  const auto distinct = random_integers<std::int64_t>(random, 1, 3000, 0, 0).front();
  for (auto& slice : slices) {
    for (int i = 0; i < 20'000; ++i) slice.push_back(distinct[random() % distinct.size()]);
    for (const auto edge :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
          std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}}) {
      slice.push_back(edge);
      slice.push_back(edge);
    }
  }
  check_all<std::int64_t>(slices, IdentityKey{}, CountFold<std::int64_t>{});
  check_all<std::int64_t>(slices, IdentityKey{}, JoinFold{});
}

TEST_CASE("the number that marks an empty slot is a key like any other", "[combine]") {
  std::mt19937_64 random(12);
  std::vector<std::vector<std::int64_t>> words(2);
  std::vector<std::vector<std::uint32_t>> halves(2);
  for (std::size_t i = 0; i < 2; ++i) {
    for (int k = 0; k < 3000; ++k) {
      const bool marks = random() % 3 == 0 && (k > 1000 || i == 1);
      words[i].push_back(marks ? std::numeric_limits<std::int64_t>::min() + 1
                               : static_cast<std::int64_t>(random() % 500 << 50));
      halves[i].push_back(marks ? 0x80000001U : static_cast<std::uint32_t>(random() % 900 << 20));
    }
  }
  check_all<std::int64_t>(words, IdentityKey{}, CountFold<std::int64_t>{});
  check_all<std::int64_t>(words, IdentityKey{}, JoinFold{});
  check_all<std::uint32_t>(halves, IdentityKey{}, CountFold<std::int64_t>{});
}

TEST_CASE("slices whose groups hold whole blocks of the same keys", "[combine]") {
  std::mt19937_64 random(13);
  std::vector<std::vector<std::uint64_t>> slices(3);
  while (slices[0].size() < 64 * 4) {
    const std::uint64_t key = random();
    if (key_group(hash_of(key, kSeed)) == 77) slices[0].push_back(key);
  }
  slices[1].assign(slices[0].rbegin(), slices[0].rend());
  slices[2] = slices[0];
  check_all<std::uint64_t>(slices, IdentityKey{}, CountFold<std::int64_t>{});
  check_all<std::uint64_t>(slices, IdentityKey{}, JoinFold{});
}

TEST_CASE("a range of integers that grows past 64 Ki inside a slice", "[combine]") {
  std::mt19937_64 random(6);
  for (const std::int64_t step : {1, -1, 700, -700, 70'000}) {
    std::vector<std::vector<std::int64_t>> slices(2);
    for (auto& slice : slices) {
      for (std::int64_t i = 0; i < 3000; ++i) {
        slice.push_back(static_cast<std::int64_t>(random() % 100) + i * step / 10);
      }
    }
    check_all<std::int64_t>(slices, IdentityKey{}, CountFold<std::int64_t>{});
    check_all<std::int64_t>(slices, IdentityKey{}, JoinFold{});
  }
}

namespace {
enum class Color : std::int16_t { kRed = -3, kGreen = 0, kBlue = 7 };
}  // namespace

TEST_CASE("enums, pairs and optionals as keys", "[combine]") {
  check_all<Color>(std::vector<std::vector<Color>>{{Color::kBlue, Color::kRed, Color::kBlue},
                                                   {Color::kGreen, Color::kRed}},
                   IdentityKey{}, CountFold<int>{});
  std::mt19937_64 random(7);
  using Key = std::pair<std::string, int>;
  const auto key_of = [](const std::string& text) {
    return std::pair<std::string_view, int>(text, static_cast<int>(text.size() % 3));
  };
  check_all<Key>(random_texts(random, 3, 4000, 500), key_of, CountFold<std::int64_t>{});
  check_all<Key>(random_texts(random, 3, 4000, 500), key_of, JoinFold{});
  check_all<double>(std::vector<std::vector<double>>{{0.0, 1.5, -0.0}, {1.5, 2.0}}, IdentityKey{},
                    CountFold<int>{});
}

TEST_CASE("the order of all results does not depend on the number of partitions", "[combine]") {
  std::mt19937_64 random(8);
  const auto texts = random_texts(random, 2, 2000, 800);
  std::vector<std::vector<std::string>> orders;
  for (const std::uint32_t partitions : {1U, 3U, 16U, 128U}) {
    CombineTable<std::string, int> table(kSeed);
    CombinedSlice<std::string, int> first;
    CombinedSlice<std::string, int> second;
    table.add(std::span<const std::string>(texts[0]), kViewOf, CountFold<int>{});
    table.scatter(partitions, first);
    table.add(std::span<const std::string>(texts[1]), kViewOf, CountFold<int>{});
    table.scatter(partitions, second);
    EntrySlice* const slices[] = {&first, &second};
    std::vector<std::string> order;
    MergeTable<std::string, int> merger;
    for (std::uint32_t p = 0; p < partitions; ++p) {
      merger.merge(slices, p, CountFold<int>{},
                   [&](std::string&& key, int&&) { order.push_back(std::move(key)); });
    }
    orders.push_back(std::move(order));
  }
  for (const auto& order : orders) CHECK(order == orders.front());
}

namespace {

struct ThrowingFold : JoinFold {
  int* calls;
  int fail_at;
  void count_call() const {
    if (++*calls == fail_at) throw std::runtime_error("fold");
  }
  template <class T>
  Value first(const T& record) const {
    count_call();
    return JoinFold::first(record);
  }
  template <class T>
  void add(Value& value, const T& record) const {
    count_call();
    JoinFold::add(value, record);
  }
  void merge(Value& into, Value&& from) const {
    count_call();
    JoinFold::merge(into, std::move(from));
  }
};

template <class K, class T, class KeyOf>
void check_throwing(const std::vector<std::vector<T>>& slices, const KeyOf& key_of) {
  CombineTable<K, std::string> table(kSeed);
  for (const int fail_at : {1, 2, 63, 64, 65, 1000, 1999}) {
    int calls = 0;
    ThrowingFold fold{{}, &calls, fail_at};
    REQUIRE_THROWS_AS(table.add(std::span<const T>(slices[0]), key_of, fold), std::runtime_error);
    table.clear();
    check<K>(slices, key_of, JoinFold{}, table, 16);
  }
  const auto throwing_key = [&, count = 0](const T& record) mutable {
    if (++count == 777) throw std::runtime_error("key");
    return key_of(record);
  };
  auto key = throwing_key;
  const auto key_ref = [&key](const T& record) { return key(record); };
  REQUIRE_THROWS_AS(table.add(std::span<const T>(slices[0]), key_ref, JoinFold{}),
                    std::runtime_error);
  table.clear();
  check<K>(slices, key_of, JoinFold{}, table, 16);
}

}  // namespace

TEST_CASE("a fold or key function that throws leaves a usable table", "[combine]") {
  std::mt19937_64 random(9);
  check_throwing<std::string>(random_texts(random, 2, 2000, 300), kViewOf);
  check_throwing<std::int64_t>(random_integers<std::int64_t>(random, 2, 2000, -5, 300),
                               IdentityKey{});
  check_throwing<std::int64_t>(random_integers<std::int64_t>(random, 2, 2000, -5, 0),
                               IdentityKey{});
  check_throwing<std::pair<std::string, int>>(
      random_texts(random, 2, 2000, 300),
      [](const std::string& text) { return std::pair<std::string_view, int>(text, 1); });
}

TEST_CASE("a merge that throws can be repeated", "[combine]") {
  std::mt19937_64 random(10);
  const auto texts = random_texts(random, 2, 2000, 300);
  CombineTable<std::string, std::string> table(kSeed);
  CombinedSlice<std::string, std::string> first;
  CombinedSlice<std::string, std::string> second;
  table.add(std::span<const std::string>(texts[0]), kViewOf, JoinFold{});
  table.scatter(1, first);
  table.add(std::span<const std::string>(texts[1]), kViewOf, JoinFold{});
  table.scatter(1, second);
  EntrySlice* const slices[] = {&first, &second};
  MergeTable<std::string, std::string> merger;
  std::vector<std::pair<std::string, std::string>> expected;
  merger.merge(slices, 0, JoinFold{}, [&](std::string&& key, std::string&& value) {
    expected.emplace_back(std::move(key), std::move(value));
  });
  int calls = 0;
  const ThrowingFold fold{{}, &calls, 150};
  REQUIRE_THROWS_AS(merger.merge(slices, 0, fold, [](std::string&&, std::string&&) {}),
                    std::runtime_error);
  int emitted = 0;
  REQUIRE_THROWS_AS(merger.merge(slices, 0, JoinFold{},
                                 [&](std::string&&, std::string&&) {
                                   if (++emitted == 100) throw std::runtime_error("emit");
                                 }),
                    std::runtime_error);
  std::vector<std::pair<std::string, std::string>> got;
  merger.merge(slices, 0, JoinFold{}, [&](std::string&& key, std::string&& value) {
    got.emplace_back(std::move(key), std::move(value));
  });
  CHECK(got == expected);
}

TEST_CASE("recycled memory is kept for like slices and given back after a huge one", "[combine]") {
  std::mt19937_64 random(11);
  CombineTable<std::uint64_t, std::int64_t> table(kSeed);
  CombinedSlice<std::uint64_t, std::int64_t> slice;
  const auto run = [&](std::size_t records) {
    const auto keys = random_integers<std::uint64_t>(random, 1, records, 0, 0).front();
    table.add(std::span<const std::uint64_t>(keys), IdentityKey{}, CountFold<std::int64_t>{});
    table.scatter(16, slice);
    CHECK(slice.size() == records);
  };
  run(200'000);
  const std::size_t held = table.bytes() + slice.bytes();
  run(200'000);
  CHECK(table.bytes() + slice.bytes() <= held);
  for (int i = 0; i < 40; ++i) run(100);
  CHECK(table.bytes() + slice.bytes() < held / 8);
}
