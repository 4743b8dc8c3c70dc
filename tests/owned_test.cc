#include <dstream/owned.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <variant>

#include "support/catch.h"

namespace {

struct Inner {
  std::string name;
  int count;
};
struct WithView {
  int id;
  std::string_view name;
};
struct Nested {
  Inner inner;
  std::vector<WithView> rows;
};
struct Tree {
  int value;
  std::vector<Tree> children;
};
struct TreeOfViews {
  std::vector<TreeOfViews> children;
  std::string_view name;
};
struct WithPointer {
  const int* p;
};
struct WithArray {
  char symbol[8];
  std::array<double, 3> prices;
};
struct WithReference {
  int& r;
};
struct Callback {
  void (*f)(int);
};
class Private {
 public:
  explicit Private(const char* p) : p_(p) {}
  const char* get() const { return p_; }

 private:
  const char* p_;
};
struct HoldsPrivate {
  Private p;
  int n;
};

using dstream::kHoldsViews;
using dstream::Owned;
using dstream::Retainable;
using std::string;
using std::string_view;

static_assert(std::is_same_v<Owned<string_view>, string>);
static_assert(std::is_same_v<Owned<const string_view&>, string>);
static_assert(std::is_same_v<Owned<int>, int>);
static_assert(std::is_same_v<Owned<std::pair<string_view, int>>, std::pair<string, int>>);
static_assert(std::is_same_v<Owned<std::tuple<int, std::optional<string_view>>>,
                             std::tuple<int, std::optional<string>>>);
static_assert(std::is_same_v<Owned<std::vector<std::array<string_view, 2>>>,
                             std::vector<std::array<string, 2>>>);
static_assert(std::is_same_v<Owned<Inner>, Inner>);

static_assert(!kHoldsViews<int>);
static_assert(!kHoldsViews<string>);
static_assert(!kHoldsViews<Inner>);
static_assert(!kHoldsViews<Tree>);
static_assert(!kHoldsViews<WithArray>);
static_assert(!kHoldsViews<Private>);
static_assert(!kHoldsViews<HoldsPrivate>);
static_assert(!kHoldsViews<Callback>);
static_assert(!kHoldsViews<std::unique_ptr<int>>);
static_assert(!kHoldsViews<std::map<string, int>>);
static_assert(kHoldsViews<string_view>);
static_assert(kHoldsViews<std::wstring_view>);
static_assert(kHoldsViews<std::span<const int>>);
static_assert(kHoldsViews<std::reference_wrapper<int>>);
static_assert(kHoldsViews<const char*>);
static_assert(kHoldsViews<WithView>);
static_assert(kHoldsViews<Nested>);
static_assert(kHoldsViews<TreeOfViews>);
static_assert(kHoldsViews<WithPointer>);
static_assert(kHoldsViews<WithReference>);
static_assert(kHoldsViews<std::map<string_view, int>>);
static_assert(kHoldsViews<std::variant<int, string_view>>);
static_assert(kHoldsViews<std::pair<int, std::optional<string_view>>>);

static_assert(Retainable<string_view>);
static_assert(Retainable<std::pair<string_view, std::int64_t>>);
static_assert(Retainable<Inner>);
static_assert(!Retainable<WithView>);
static_assert(!Retainable<const char*>);
static_assert(!Retainable<std::vector<WithView>>);

}  // namespace

TEST_CASE("own copies the text behind views") {
  string text = "alpha beta";
  const auto owned = dstream::own(std::pair(string_view(text).substr(0, 5), 7));
  const auto many = dstream::own(std::vector<string_view>{string_view(text).substr(6)});
  const auto maybe = dstream::own(std::optional<string_view>(text));
  const auto both = dstream::own(std::array<string_view, 2>{"x", text});
  const auto none = dstream::own(std::optional<string_view>());
  text.assign(text.size(), '#');
  CHECK(owned == std::pair<string, int>("alpha", 7));
  CHECK(many == std::vector<string>{"beta"});
  CHECK(maybe == "alpha beta");
  CHECK(both[1] == "alpha beta");
  CHECK_FALSE(none.has_value());
}

TEST_CASE("own moves rvalues and copies lvalues") {
  const string text(100, 'x');
  string source = text;
  const char* bytes = source.data();
  const string copy = dstream::own(source);
  CHECK(source == text);
  const string moved = dstream::own(std::move(source));
  CHECK(moved.data() == bytes);
  CHECK(copy == text);

  std::tuple<string_view, std::unique_ptr<int>, string> mixed("k", std::make_unique<int>(5), text);
  const auto owned = dstream::own(std::move(mixed));
  CHECK(*std::get<1>(owned) == 5);
  CHECK(std::get<2>(owned) == text);

  std::vector<std::pair<string_view, string>> rows{{"k", text}};
  CHECK(dstream::own(rows)[0].second == text);
  CHECK(rows[0].second == text);
}
