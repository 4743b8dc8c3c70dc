#include <dstream/field_names.h>
#include <dstream/reflect.h>
#include <dstream/type_name.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.h"

namespace bank {

struct Bid {
  std::int64_t auction;
  double price;
  std::string bidder;
};
template <class T>
struct Box {
  T value;
};

}  // namespace bank

namespace {

struct Empty {};
struct One {
  int only;
};
struct Nested {
  One one;
  bank::Bid bid;
  Empty empty;
};
struct Arrays {
  char symbol[8];
  std::array<int, 3> numbers;
  int grid[2][2];
  bool last;
};
struct NoDefault {
  std::reference_wrapper<int> a;
  std::unique_ptr<int> b;
  std::reference_wrapper<double> c;
};
struct MoveOnly {
  std::unique_ptr<int> pointer;
  const int constant;
};
struct Derived : One {
  int more;
};
struct Wide {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2,
      c3, c4, c5, c6, c7, c8, c9, d0, d1;
};
class WithConstructor {
 public:
  WithConstructor() {}
  int x = 0;
};
struct WithDefaults {
  int a = 3;
  std::string b = "b";
};
union Union {
  int a;
  float b;
};
struct HasUnion {
  union {
    int a;
    float b;
  };
};

}  // namespace

template <>
inline constexpr bool dstream::kReflectable<HasUnion> = false;

namespace {

using dstream::field_count;
using dstream::PlainStruct;
using dstream::type_name;

static_assert(field_count<Empty> == 0);
static_assert(field_count<One> == 1);
static_assert(field_count<bank::Bid> == 3);
static_assert(field_count<Nested> == 3);
static_assert(field_count<Arrays> == 4);
static_assert(field_count<NoDefault> == 3);
static_assert(field_count<MoveOnly> == 2);
static_assert(field_count<Wide> == 32);
static_assert(field_count<WithDefaults> == 2);
static_assert(!PlainStruct<int> && !PlainStruct<std::string> && !PlainStruct<std::vector<int>>);
static_assert(!PlainStruct<Derived> && !PlainStruct<WithConstructor> && !PlainStruct<Union>);
static_assert(!PlainStruct<std::array<int, 2>> && !PlainStruct<HasUnion>);

static_assert(type_name<int>() == "int32");
static_assert(type_name<std::int64_t>() == "int64");
static_assert(type_name<std::uint8_t>() == "uint8");
static_assert(type_name<long long>() != type_name<long>());
static_assert(type_name<char>() == "char" && type_name<bool>() == "bool");
static_assert(type_name<double>() == "double");
static_assert(type_name<std::string>() == "std::string");
static_assert(type_name<std::string_view>() == "std::string_view");
static_assert(type_name<std::pair<std::string, long>>() == "std::pair<std::string,int64>");
static_assert(type_name<std::vector<std::optional<std::string_view>>>() ==
              "std::vector<std::optional<std::string_view>>");
static_assert(type_name<std::array<int, 120>>() == "std::array<int32,120>");
static_assert(type_name<bank::Bid>() == "bank::Bid");
static_assert(type_name<bank::Box<bank::Box<std::string>>>() ==
              "bank::Box<bank::Box<std::string>>");
static_assert(type_name<std::tuple<>>() == "std::tuple<>");
static_assert(type_name<Nested>() == "(anonymous)::Nested");
static_assert(type_name<std::map<int, bool>>() ==
              "std::map<int32,bool,std::less<int32>,std::allocator<std::pair<const int32,bool>>>");

}  // namespace

TEST_CASE("fields are visited in order and can be changed") {
  bank::Bid bid{7, 1.5, "ann"};
  std::vector<std::string> seen;
  dstream::for_each_field(bid, [&seen](const auto& field) {
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(field)>>) {
      seen.push_back(std::to_string(field));
    } else {
      seen.push_back(field);
    }
  });
  CHECK(seen == std::vector<std::string>{"7", "1.500000", "ann"});
  std::get<2>(dstream::as_tuple(bid)) = "bob";
  CHECK(bid.bidder == "bob");
}

TEST_CASE("as_tuple of a const struct gives const references to its own fields") {
  const Nested nested{{1}, {2, 3.0, "x"}, {}};
  const auto fields = dstream::as_tuple(nested);
  static_assert(std::is_same_v<decltype(std::get<1>(fields)), const bank::Bid&>);
  CHECK(&std::get<1>(fields) == &nested.bid);
  CHECK(std::tuple_size_v<decltype(fields)> == 3);
}

TEST_CASE("32 fields are reached") {
  Wide wide{};
  int next = 0;
  dstream::for_each_field(wide, [&next](int& field) { field = next++; });
  CHECK(wide.a0 == 0);
  CHECK(wide.d1 == 31);
}

TEST_CASE("field names are those of the source where the compiler tells them") {
  constexpr auto& kNames = dstream::field_names<bank::Bid>;
  REQUIRE(kNames.size() == 3);
  if (dstream::kHasFieldNames) {
    CHECK(kNames[0] == "auction");
    CHECK(kNames[2] == "bidder");
    CHECK(dstream::field_names<Arrays>[0] == "symbol");
    CHECK(dstream::field_names<bank::Box<int>>[0] == "value");
    CHECK(dstream::field_names<Wide>[31] == "d1");
    CHECK(dstream::field_names<MoveOnly>[0] == "pointer");
  } else {
    CHECK(kNames[0].empty());
  }
}
