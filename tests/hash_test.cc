#include <dstream/hash_of.h>
#include <dstream/time.h>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <string>

#include "support/catch.h"

namespace user {

struct Money {
  std::int64_t cents;
  int unrelated;
  friend bool operator==(const Money& a, const Money& b) { return a.cents == b.cents; }
};
void hash_append(dstream::Hasher& hasher, const Money& money) { hasher(money.cents); }

class Hidden {
 public:
  bool operator==(const Hidden&) const = default;

 private:
  int value_ = 0;
};

}  // namespace user

namespace {

enum class Colour : std::uint8_t { red = 1, blue = 200 };
struct Point {
  int x;
  double y;
};
struct Row {
  std::string name;
  Point at;
  char code[4];
};
struct Tree {
  int value;
  std::vector<Tree> children;
};
struct Unhashable {
  user::Hidden hidden;
};

using dstream::hash_of;
using dstream::Hashable;
using dstream::key_equal;
using dstream::detail::hash_bytes;
using dstream::detail::hash_word;

struct Bid {
  std::int64_t auction;
  double price;
  std::string bidder;
};

static_assert(Hashable<int> && Hashable<std::string> && Hashable<std::string_view>);
static_assert(Hashable<Row> && Hashable<Tree> && Hashable<user::Money>);
static_assert(Hashable<std::pair<std::string, std::optional<Point>>>);
static_assert(Hashable<dstream::Time> && Hashable<dstream::Duration>);
static_assert(!Hashable<user::Hidden> && !Hashable<Unhashable>);
static_assert(!Hashable<std::vector<Unhashable>> && !Hashable<int*>);
static_assert(!Hashable<std::map<int, int>> && !Hashable<std::unique_ptr<int>>);

constexpr std::uint64_t kSeed = 42;

std::string digits(int repeats) {
  std::string text;
  for (int i = 0; i < repeats; ++i) text += "1234567890";
  return text;
}

}  // namespace

TEST_CASE("hash_bytes gives the published values of wyhash final 4") {
  const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";
  const std::string alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + alphabet + "0123456789";
  CHECK(hash_bytes("", 0) == 0x93228a4de0eec5a2);
  CHECK(hash_bytes("a", 1) == 0xc5bac3db178713c4);
  CHECK(hash_bytes("abc", 2) == 0xa97f2f7b1d9b3314);
  CHECK(hash_bytes("message digest", 3) == 0x786d1f1df3801df4);
  CHECK(hash_bytes(alphabet, 4) == 0xdca5a8138ad37c87);
  CHECK(hash_bytes(alnum, 5) == 0xb9e734f117cfaf70);
  CHECK(hash_bytes(digits(8), 6) == 0x6cc5eab49a92d617);
}

TEST_CASE("hash_bytes is right at the lengths where its loops change") {
  std::string bytes;
  for (int i = 0; i < 64; ++i) bytes.push_back(static_cast<char>(i));
  const auto hash = [&bytes](std::size_t n) { return hash_bytes(bytes.substr(0, n), 0); };
  CHECK(hash(1) == 0x8e6d4af7d310c8c4);
  CHECK(hash(3) == 0x78c4aa0c972a522d);
  CHECK(hash(4) == 0xe08aeeb68058fb32);
  CHECK(hash(8) == 0xb4d6ac74d009e1d4);
  CHECK(hash(16) == 0x305fdea0ed4a2619);
  CHECK(hash(17) == 0xd29ffdd201a46f9a);
  CHECK(hash(32) == 0x5b00c06ef7540f8f);
  CHECK(hash(33) == 0x5e1a2536ff90cc32);
  CHECK(hash(47) == 0xe2cb58f6ab8e4419);
  CHECK(hash(48) == 0xecbfb7ff9e3d9a97);
}

TEST_CASE("numbers hash by their 64-bit word") {
  CHECK(hash_of(7, kSeed) == hash_word(7, kSeed));
  CHECK(hash_of(std::int8_t{-1}, kSeed) == hash_of(std::int64_t{-1}, kSeed));
  CHECK(hash_of(std::uint8_t{255}, kSeed) == hash_word(255, kSeed));
  CHECK(hash_of(static_cast<char>(0x80), kSeed) == hash_of(-128, kSeed));
  CHECK(hash_of(true, kSeed) == hash_word(1, kSeed));
  CHECK(hash_of(Colour::blue, kSeed) == hash_word(200, kSeed));
  CHECK(hash_of(1.5F, kSeed) == hash_of(1.5, kSeed));
  CHECK(hash_of(-0.0, kSeed) == hash_of(0.0, kSeed));
  CHECK(hash_of(-std::nan("1"), kSeed) == hash_of(std::nan("2"), kSeed));
  CHECK(hash_of(1.0, kSeed) != hash_of(1, kSeed));
}

TEST_CASE("text hashes alike in every form") {
  const std::string text = "word";
  const char* pointer = text.c_str();
  const char padded[8] = "word";
  CHECK(hash_of(text, kSeed) == hash_bytes("word", kSeed));
  CHECK(hash_of(std::string_view(text), kSeed) == hash_of(text, kSeed));
  CHECK(hash_of(pointer, kSeed) == hash_of(text, kSeed));
  CHECK(hash_of("word", kSeed) == hash_of(text, kSeed));
  CHECK(hash_of(padded, kSeed) == hash_of(text, kSeed));
  CHECK(hash_of(std::string("a\0b", 3), kSeed) != hash_of(std::string("a"), kSeed));
}

TEST_CASE("composites chain the hashes of their parts") {
  const std::uint64_t one = hash_word(1, kSeed);
  const std::uint64_t one_a = hash_bytes("a", one);
  CHECK(hash_of(std::pair(1, std::string("a")), kSeed) == one_a);
  CHECK(hash_of(std::tuple(1, std::string_view("a")), kSeed) == one_a);
  CHECK(hash_of(std::array{1, 2}, kSeed) == hash_word(2, one));
  CHECK(hash_of(Point{1, 0.0}, kSeed) == hash_word(0, one));
  CHECK(hash_of(Row{"a", {1, 0}, "b"}, kSeed) ==
        hash_bytes("b", hash_word(0, hash_word(1, hash_bytes("a", kSeed)))));
  CHECK(hash_of(std::optional<int>(), kSeed) == hash_word(0, kSeed));
  CHECK(hash_of(std::optional(9), kSeed) == hash_word(9, one));
  CHECK(hash_of(std::vector{5}, kSeed) == hash_word(5, one));
  CHECK(hash_of(std::vector<bool>{true}, kSeed) == hash_word(1, one));
  CHECK(hash_of(Tree{1, {}}, kSeed) == hash_word(0, one));
  CHECK(hash_of(std::pair(0.0, std::vector<std::string>{"a", ""}), kSeed) !=
        hash_of(std::pair(0.0, std::vector<std::string>{"", "a"}), kSeed));
}

TEST_CASE("a user's type hashes and compares by its own functions") {
  CHECK(hash_of(user::Money{5, 1}, kSeed) == hash_word(5, kSeed));
  CHECK(key_equal(user::Money{5, 1}, user::Money{5, 2}));
  CHECK_FALSE(key_equal(std::pair(1, user::Money{5, 1}), std::pair(1, user::Money{6, 1})));
  CHECK(hash_of(dstream::Time(9), kSeed) == hash_word(9, kSeed));
  CHECK(hash_of(dstream::Duration(9), kSeed) == hash_word(9, kSeed));
}

TEST_CASE("key equality is that of the canonical form") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(key_equal(nan, -nan));
  CHECK(key_equal(0.0, -0.0));
  CHECK_FALSE(key_equal(1.0, 1.5));
  CHECK(key_equal(std::string("k"), std::string_view("k")));
  CHECK(key_equal(std::pair(std::string("k"), 1), std::pair(std::string_view("k"), 1)));
  CHECK_FALSE(key_equal(std::pair(std::string("k"), 1), std::pair(std::string_view("k"), 2)));
  CHECK(key_equal(Point{1, nan}, Point{1, nan}));
  CHECK_FALSE(key_equal(Point{1, 2}, Point{2, 2}));
  CHECK(key_equal(std::vector<std::string>{"a"}, std::vector<std::string_view>{"a"}));
  CHECK_FALSE(key_equal(std::vector{1}, std::vector{1, 2}));
  CHECK(key_equal(std::optional<int>(), std::optional<int>()));
  CHECK_FALSE(key_equal(std::optional<int>(), std::optional(0)));
  CHECK(key_equal(Tree{1, {Tree{2, {}}}}, Tree{1, {Tree{2, {}}}}));
  CHECK_FALSE(key_equal(Tree{1, {Tree{2, {}}}}, Tree{1, {Tree{3, {}}}}));
  CHECK(key_equal(Row{"a", {1, 0}, "b"}, Row{"a", {1, -0.0}, "b"}));
}

TEST_CASE("hashes are those of docs/design/hash.md") {
  const auto with_zero = [](const auto& value) { return hash_of(value, 0); };
  CHECK(with_zero(0) == 0xfa303abc2b1d7630);
  CHECK(with_zero(1) == 0x8fd90e7337ab042d);
  CHECK(with_zero(-1) == 0x457fadeec3572404);
  CHECK(with_zero(std::uint8_t{255}) == 0x2daa2ab49fb10d50);
  CHECK(with_zero(static_cast<char>(-128)) == 0x26898307df9ec36e);
  CHECK(with_zero(1.5) == 0xb72cb535bdda0652);
  CHECK(with_zero(std::nan("")) == 0x9ecd67046e20fdbe);
  CHECK(with_zero(std::string("word")) == 0x38b66c241ecbf4ef);
  CHECK(with_zero(std::pair(std::string("word"), 1)) == 0x32fb6901f853087e);
  CHECK(with_zero(std::tuple(1, 2, 3)) == 0xc7fb5ab0f6033521);
  CHECK(with_zero(std::vector{1, 2, 3}) == 0xd7a0e53210c819f8);
  CHECK(with_zero(std::optional<int>()) == 0xfa303abc2b1d7630);
  CHECK(with_zero(std::optional(1)) == 0x6d716fe6b563686a);
  CHECK(with_zero(Bid{7, 1.5, "ann"}) == 0xb2b8bb4582291b0c);
  CHECK(with_zero(std::tuple<>()) == 0);

  CHECK(hash_of(1, dstream::kDefaultHashSeed) == 0x54fe048f7d1069f3);
  CHECK(hash_of("word", dstream::kDefaultHashSeed) == 0x2de866f5fe58564e);
  CHECK(hash_of(Bid{7, 1.5, "ann"}, dstream::kDefaultHashSeed) == 0x53acfda12f7a7077);
}
