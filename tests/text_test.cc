#include <dstream/text.h>

#include <cstdint>
#include <limits>
#include <string_view>

#include "support/catch.h"

namespace {

using dstream::parse;
using namespace std::string_view_literals;

TEST_CASE("starts_with, ends_with, equals", "[text]") {
  CHECK(dstream::starts_with("ab")("abc"));
  CHECK_FALSE(dstream::starts_with("abc")("ab"));
  CHECK(dstream::starts_with("")(""));
  CHECK(dstream::ends_with("bc")("abc"));
  CHECK_FALSE(dstream::ends_with("abc")("bc"));
  CHECK(dstream::equals("a\0b"sv)("a\0b"sv));
  CHECK_FALSE(dstream::equals("a")("a\0"sv));
}

TEST_CASE("trim takes ASCII white space away and nothing else", "[text]") {
  CHECK(dstream::trim(" \t\n\v\f\ra b\r\n ") == "a b");
  CHECK(dstream::trim_left("  a ") == "a ");
  CHECK(dstream::trim_right(" a  ") == " a");
  CHECK(dstream::trim("   ").empty());
  CHECK(dstream::trim("").empty());
  CHECK(dstream::trim("\0a\xA0"sv) == "\0a\xA0"sv);
}

TEST_CASE("to_lower_ascii leaves other bytes alone", "[text]") {
  CHECK(dstream::to_lower_ascii("AZaz@[`{ \xC3\x84") == "azaz@[`{ \xC3\x84");
  CHECK(dstream::to_lower_ascii("").empty());
}

TEST_CASE("parse takes whole numbers only", "[text]") {
  CHECK(parse<std::int64_t>("0") == 0);
  CHECK(parse<std::int64_t>("+17") == 17);
  CHECK(parse<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(parse<std::uint8_t>("255") == std::uint8_t{255});
  for (const auto text :
       {"", "+", "-", "+-1", "++1", " 1", "1 ", "1.5", "0x1", "9223372036854775808", "a", "1a"}) {
    INFO(text);
    CHECK_FALSE(parse<std::int64_t>(text).has_value());
  }
  CHECK_FALSE(parse<std::int64_t>(std::string_view()).has_value());
  CHECK_FALSE(parse<std::int64_t>("1\0"sv).has_value());
  CHECK_FALSE(parse<std::uint8_t>("256").has_value());
  CHECK_FALSE(parse<std::uint8_t>("-1").has_value());
  CHECK(parse<double>("+1.5e3") == 1500.0);
  CHECK(parse<float>("-.25") == -0.25F);
  CHECK_FALSE(parse<double>("1e999").has_value());
  CHECK_FALSE(parse<double>("1.5 ").has_value());
}

}  // namespace
