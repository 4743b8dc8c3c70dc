#include <dstream/time.h>
#include <dstream/type_ops.h>

#include <array>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "support/catch.h"

namespace user {

class Opaque {
 public:
  explicit Opaque(int value) : value_(std::make_unique<int>(value)) {}
  int value() const { return *value_; }

 private:
  std::unique_ptr<int> value_;
};

class Named {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  friend void format_append(std::string& out, const Named& named) {
    out += "<" + named.name_ + ">";
  }
  friend std::size_t heap_bytes(const Named&) { return 1000; }

 private:
  std::string name_;
};

struct Bid {
  std::int64_t auction;
  double price;
  std::string bidder;
  std::optional<std::string> note;
  std::vector<std::string> tags;
};

enum class Level : std::uint8_t { low = 3 };

}  // namespace user

namespace {

template <class T>
std::string printed(const T& value) {
  std::string out;
  dstream::format_value(out, value);
  return out;
}

using dstream::memory_bytes;
using dstream::type_ops;
using Pair = std::pair<std::string, std::int64_t>;
using namespace std::chrono_literals;

static_assert(type_ops<Pair>().name == "std::pair<std::string,int64>");
static_assert(type_ops<int>().trivially_copyable && !type_ops<Pair>().trivially_copyable);
static_assert(type_ops<std::string_view>().holds_views && !type_ops<Pair>().holds_views);
static_assert(!dstream::Printable<user::Opaque> && dstream::Printable<user::Named>);

}  // namespace

TEST_CASE("numbers and text print plainly") {
  CHECK(printed(-7) == "-7");
  CHECK(printed(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(printed(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(printed(std::uint8_t{65}) == "65");
  CHECK(printed('A') == "A");
  CHECK(printed(true) == "true");
  CHECK(printed(0.1) == "0.1");
  CHECK(printed(0.1F) == "0.1");
  CHECK(printed(user::Level::low) == "3");
  CHECK(printed("text") == "text");
  CHECK(printed(std::string("a\"b")) == "a\"b");
  CHECK(printed(1500ms) == "1500 ms");
  CHECK(printed(2s) == "2 s");
  CHECK(printed(dstream::Time(1'500'000'000)) == "1500 ms");
}

TEST_CASE("pairs print as Spark prints them") {
  CHECK(printed(Pair("word", 3)) == "(word,3)");
  CHECK(printed(std::tuple(1, std::string_view("x"), 2.5)) == "(1,x,2.5)");
  CHECK(printed(std::pair(Pair("a", 1), 2)) == "((a,1),2)");
  CHECK(printed(std::tuple<>()) == "()");
}

TEST_CASE("structs, vectors and optionals print with quoted text") {
  const user::Bid bid{7, 1.5, "a\"\n", "n", {"x", "y"}};
  if (dstream::kHasFieldNames) {
    CHECK(printed(bid) ==
          R"({auction: 7, price: 1.5, bidder: "a\"\x0a", note: "n", tags: ["x", "y"]})");
  } else {
    CHECK(printed(bid) == R"({7, 1.5, "a\"\x0a", "n", ["x", "y"]})");
  }
  CHECK(printed(std::vector<std::string>()) == "[]");
  CHECK(printed(std::array{1, 2}) == "[1, 2]");
  CHECK(printed(std::vector<Pair>{{"a", 1}}) == "[(a,1)]");
  CHECK(printed(std::vector<bool>{true, false}) == "[true, false]");
  CHECK(printed(std::optional<int>()) == "none");
  CHECK(printed(std::optional(5)) == "5");
  CHECK(printed(std::pair(1, user::Named("n"))) == "(1,<n>)");
}

TEST_CASE("memory counts what a value owns") {
  CHECK(memory_bytes(5) == sizeof(int));
  CHECK(memory_bytes(std::string("short")) == sizeof(std::string));
  const std::string text(100, 'x');
  CHECK(memory_bytes(text) == sizeof(std::string) + text.capacity() + 1);
  std::vector<std::string> texts(3, text);
  texts.reserve(8);
  CHECK(memory_bytes(texts) ==
        sizeof(texts) + 8 * sizeof(std::string) + 3 * (texts[0].capacity() + 1));
  CHECK(memory_bytes(Pair(text, 1)) == sizeof(Pair) + text.capacity() + 1);
  CHECK(memory_bytes(user::Bid{1, 1, text, text, {}}) ==
        sizeof(user::Bid) + 2 * (text.capacity() + 1));
  CHECK(memory_bytes(user::Named("n")) == sizeof(user::Named) + 1000);
  CHECK(memory_bytes(std::map<int, int>{{1, 2}, {3, 4}}) ==
        sizeof(std::map<int, int>) + 2 * sizeof(std::pair<const int, int>));
  CHECK(memory_bytes(std::array<std::string, 2>{text, ""}) ==
        2 * sizeof(std::string) + text.capacity() + 1);
}

TEST_CASE("a table does for an erased value what the type does") {
  const dstream::TypeOps& ops = type_ops<Pair>();
  const Pair value(std::string(40, 'k'), 9);
  CHECK(ops.size == sizeof(Pair));
  CHECK(ops.alignment == alignof(Pair));
  CHECK(ops.hash(&value, 1) == dstream::hash_of(value, 1));
  CHECK(ops.memory_bytes(&value) == memory_bytes(value));
  std::string text;
  ops.print(text, &value);
  CHECK(text == printed(value));

  REQUIRE(ops.has_codec());
  std::string bytes;
  ops.encode(bytes, &value);
  alignas(Pair) std::byte first[sizeof(Pair)];
  alignas(Pair) std::byte second[sizeof(Pair)];
  dstream::ByteReader in(std::as_bytes(std::span(bytes)));
  ops.decode(in, first);
  ops.move_construct(second, first);
  CHECK(ops.equal(second, &value));
  CHECK_FALSE(ops.equal(first, &value));
  ops.destroy(first);
  ops.destroy(second);
}

TEST_CASE("operations that a type lacks are null") {
  const dstream::TypeOps& ops = type_ops<user::Opaque>();
  CHECK(ops.hash == nullptr);
  CHECK(ops.equal == nullptr);
  CHECK(ops.print == nullptr);
  CHECK_FALSE(ops.has_codec());
  CHECK(ops.decode == nullptr);
  CHECK_FALSE(type_ops<std::string_view>().has_codec());
  CHECK(type_ops<std::string_view>().hash != nullptr);
  user::Opaque from(5);
  alignas(user::Opaque) std::byte to[sizeof(user::Opaque)];
  ops.move_construct(to, &from);
  CHECK(std::launder(reinterpret_cast<user::Opaque*>(to))->value() == 5);
  ops.destroy(to);
}

TEST_CASE("types are the same by name") {
  dstream::TypeOps copy = type_ops<Pair>();
  CHECK(same_type(copy, type_ops<Pair>()));
  CHECK_FALSE(same_type(type_ops<int>(), type_ops<unsigned>()));
  const std::string other = "other";
  copy.name = other;
  CHECK_FALSE(same_type(copy, type_ops<Pair>()));
}
