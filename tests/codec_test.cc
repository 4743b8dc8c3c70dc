#include <dstream/codec.h>
#include <dstream/error.h>
#include <dstream/hash_of.h>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "support/catch.h"

namespace user {

class Version {
 public:
  explicit Version(int number) : number_(number) {}
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace user

template <>
struct dstream::Codec<user::Version> {
  static void encode(std::string& out, const user::Version& version) {
    Codec<int>::encode(out, version.number());
  }
  static user::Version decode(ByteReader& in) { return user::Version(Codec<int>::decode(in)); }
};

namespace {

enum class Kind : std::uint16_t { bid = 1, ask = 513 };
struct Empty {};
struct Order {
  std::int64_t id;
  Kind kind;
  char symbol[4];
  double prices[2];
  std::string note;
  bool urgent;
};
struct Tree {
  std::int16_t value;
  std::vector<Tree> children;
};
struct Holder {
  user::Version version;
  const int constant;
};

using Everything =
    std::tuple<std::int8_t, std::uint64_t, float, double, std::string, std::vector<std::string>,
               std::vector<std::int32_t>, std::optional<Order>, std::array<std::uint16_t, 3>,
               std::vector<bool>, Tree, std::pair<bool, Kind>, std::vector<std::optional<double>>>;

using dstream::ByteReader;
using dstream::Codec;
using dstream::Errc;
using dstream::Error;
using dstream::kHasCodec;

static_assert(kHasCodec<Everything> && kHasCodec<Holder> && kHasCodec<std::vector<Empty>>);
static_assert(kHasCodec<std::map<std::string, std::vector<int>>> && kHasCodec<std::set<int>>);
static_assert(kHasCodec<dstream::Time> && kHasCodec<dstream::Duration>);
static_assert(!kHasCodec<std::string_view> && !kHasCodec<const char*> && !kHasCodec<int*>);
static_assert(!kHasCodec<std::unique_ptr<int>> && !kHasCodec<std::pair<int, std::string_view>>);
static_assert(!kHasCodec<long double>);

template <class T>
std::string encoded(const T& value) {
  std::string bytes;
  Codec<T>::encode(bytes, value);
  return bytes;
}

template <class T>
T decoded(const std::string& bytes) {
  ByteReader in(std::as_bytes(std::span(bytes)));
  T value = Codec<T>::decode(in);
  if (in.remaining() != 0) throw std::runtime_error("bytes left over");
  return value;
}

template <class T>
bool round_trips(const T& value) {
  return dstream::key_equal(decoded<T>(encoded(value)), value);
}

std::string random_text(std::mt19937_64& random) {
  std::string text(random() % 40, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

Tree random_tree(std::mt19937_64& random, int depth) {
  Tree tree{static_cast<std::int16_t>(random()), {}};
  for (std::uint64_t i = depth > 0 ? random() % 3 : 0; i > 0; --i) {
    tree.children.push_back(random_tree(random, depth - 1));
  }
  return tree;
}

Everything random_value(std::mt19937_64& random) {
  Everything value{};
  std::get<0>(value) = static_cast<std::int8_t>(random());
  std::get<1>(value) = random();
  std::get<2>(value) = static_cast<float>(random());
  std::get<3>(value) = std::bit_cast<double>(random());
  std::get<4>(value) = random_text(random);
  for (auto i = random() % 4; i > 0; --i) std::get<5>(value).push_back(random_text(random));
  for (auto i = random() % 9; i > 0; --i) std::get<6>(value).push_back(static_cast<int>(random()));
  if (random() % 2 == 0) {
    std::get<7>(value) = Order{-5, Kind::ask, "ab", {0.5, -1e300}, random_text(random), true};
  }
  for (auto& n : std::get<8>(value)) n = static_cast<std::uint16_t>(random());
  for (auto i = random() % 9; i > 0; --i) std::get<9>(value).push_back(random() % 2 == 0);
  std::get<10>(value) = random_tree(random, 4);
  std::get<11>(value) = {random() % 2 == 0, Kind::bid};
  for (auto i = random() % 4; i > 0; --i) {
    std::get<12>(value).push_back(random() % 2 == 0 ? std::optional(0.25) : std::nullopt);
  }
  return value;
}

// What became of decoding damaged bytes: either a value or Errc::corrupt_data, never anything else.
template <class T>
bool decodes_or_refuses(const std::string& bytes, bool& refused) {
  try {
    ByteReader in(std::as_bytes(std::span(bytes)));
    (void)Codec<T>::decode(in);
    refused = false;
    return true;
  } catch (const Error& error) {
    refused = true;
    return error.code() == Errc::corrupt_data;
  }
}

// Counts what a decoder allocates, to see that it stays in proportion to the input.
std::size_t allocated_bytes = 0;

template <class T>
struct CountingAllocator {
  using value_type = T;
  CountingAllocator() = default;
  template <class U>
  CountingAllocator(const CountingAllocator<U>&) {}
  T* allocate(std::size_t n) {
    allocated_bytes += n * sizeof(T);
    return std::allocator<T>().allocate(n);
  }
  void deallocate(T* p, std::size_t n) { std::allocator<T>().deallocate(p, n); }
  friend bool operator==(const CountingAllocator&, const CountingAllocator&) { return true; }
};

}  // namespace

TEST_CASE("the code is little-endian and fixed") {
  CHECK(encoded(std::int32_t{0x01020304}) == std::string("\4\3\2\1", 4));
  CHECK(encoded(Kind::ask) == "\1\2");
  CHECK(encoded(true) == "\1");
  CHECK(encoded(1.0) == std::string("\0\0\0\0\0\0\xf0\x3f", 8));
  CHECK(encoded(std::string("ab")) == "\2ab");
  CHECK(encoded(std::string(300, 'x')).substr(0, 2) == "\xac\x02");
  CHECK(encoded(std::vector<std::uint8_t>{7, 8}) == "\2\7\10");
  CHECK(encoded(std::optional<bool>()) == std::string("\0", 1));
  CHECK(encoded(std::pair(true, std::string("k"))) == "\1\1k");
  CHECK(encoded(Empty{}) == std::string("\0", 1));
  CHECK(encoded(Order{1, Kind::bid, "xy", {0, 0}, "n", false}).size() == 8 + 2 + 4 + 16 + 2 + 1);
}

TEST_CASE("random values come back as they were") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    std::mt19937_64 random(seed);
    INFO("seed " << seed);
    REQUIRE(round_trips(random_value(random)));
  }
}

TEST_CASE("limits and special values come back as they were") {
  CHECK(round_trips(std::numeric_limits<std::int64_t>::min()));
  CHECK(std::signbit(decoded<double>(encoded(-0.0))));
  CHECK(std::isnan(decoded<float>(encoded(std::nanf("")))));
  CHECK(round_trips(dstream::Time(-5)));
  CHECK(round_trips(dstream::Duration(77)));
  CHECK(round_trips(std::tuple<>()));
  CHECK(decoded<std::array<int, 0>>(encoded(std::array<int, 0>())).empty());
  CHECK(decoded<std::vector<Empty>>(encoded(std::vector<Empty>(3))).size() == 3);
}

TEST_CASE("maps, sets and a user's codec") {
  const std::map<std::string, std::vector<int>> map{{"a", {1, 2}}, {"b", {}}};
  CHECK(decoded<std::map<std::string, std::vector<int>>>(encoded(map)) == map);
  const std::unordered_map<int, std::string> table{{1, "x"}, {2, "y"}};
  CHECK(decoded<std::unordered_map<int, std::string>>(encoded(table)) == table);
  const std::set<int> set{3, 1};
  CHECK(decoded<std::set<int>>(encoded(set)) == set);
  const auto holder = decoded<Holder>(encoded(Holder{user::Version(5), 6}));
  CHECK(holder.version.number() == 5);
  CHECK(holder.constant == 6);
}

TEST_CASE("truncated codes are refused") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20; ++round) {
    const std::string bytes = encoded(random_value(random));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      bool refused = false;
      REQUIRE(decodes_or_refuses<Everything>(bytes.substr(0, size), refused));
      REQUIRE(refused);
    }
  }
}

TEST_CASE("damaged codes give a value or an error") {
  std::mt19937_64 random(8);
  int refusals = 0;
  for (int round = 0; round < 5; ++round) {
    const std::string bytes = encoded(random_value(random));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (int flip = 1; flip < 256; ++flip) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ flip);
        bool refused = false;
        REQUIRE(decodes_or_refuses<Everything>(damaged, refused));
        refusals += refused ? 1 : 0;
      }
    }
  }
  CHECK(refusals > 0);
}

TEST_CASE("a damaged length allocates no more than the input could hold") {
  using Big = std::vector<std::array<std::optional<std::int64_t>, 8>,
                          CountingAllocator<std::array<std::optional<std::int64_t>, 8>>>;
  std::string bytes = "\xff\xff\x03";
  bytes.append(65535, '\2');
  bool refused = false;
  allocated_bytes = 0;
  REQUIRE(decodes_or_refuses<Big>(bytes, refused));
  CHECK(refused);
  CHECK(allocated_bytes <= bytes.size());
}

TEST_CASE("malformed parts are refused with a message") {
  bool refused = false;
  CHECK(decodes_or_refuses<bool>("\2", refused));
  CHECK(refused);
  CHECK(decodes_or_refuses<std::string>(std::string(11, '\xff'), refused));
  CHECK(refused);
  CHECK(decodes_or_refuses<std::string>(std::string(9, '\xff') + "\2", refused));
  CHECK(refused);
  CHECK(decodes_or_refuses<Empty>("\1", refused));
  CHECK(refused);
  // One child in one child and so on: deeper than any stack is asked to go.
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += std::string("\0\0\1", 3);
  CHECK(decodes_or_refuses<Tree>(deep, refused));
  CHECK(refused);
  std::string message;
  try {
    decoded<int>("abc");
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.find("end too early") != message.npos);
}
