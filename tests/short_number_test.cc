#include "base/short_number.h"

#include <bit>
#include <cstdint>
#include <random>
#include <string>

#include <dstream/csv.h>

#include "support/catch.h"
#include "support/decoding.h"

namespace {

using dstream::detail::read_bool;
using dstream::detail::read_bool_behind;
using dstream::detail::read_number;
using dstream::detail::read_number_behind;

/// What stands before a text must not matter.
constexpr const char* kBefore[] = {
    "0000000000000000", "................", "9999999999999999",
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};

template <class T>
void compare(const std::string& text) {
  T wanted{};
  const bool readable = read_number(std::string_view(text), wanted);
  for (const char* const before : kBefore) {
    const std::string bytes = before + text;
    T value{};
    const bool read = read_number_behind(std::string_view(bytes).substr(16), value);
    const bool same = read == readable && std::memcmp(&value, &wanted, sizeof(T)) == 0;
    if (same) continue;
    CAPTURE(text, value, wanted, readable, sizeof(T));
    REQUIRE(same);
  }
}

void compare_all(const std::string& text) {
  compare<std::int8_t>(text);
  compare<std::int16_t>(text);
  compare<std::int32_t>(text);
  compare<std::int64_t>(text);
  compare<std::uint8_t>(text);
  compare<std::uint16_t>(text);
  compare<std::uint32_t>(text);
  compare<std::uint64_t>(text);
  compare<double>(text);
}

TEST_CASE("short numbers: every length, with a point in every place, and signs") {
  const std::string digits = "91827364509182736450";
  for (std::size_t size = 0; size <= digits.size(); ++size) {
    for (const char* const sign : {"", "-", "+", "--"}) {
      const std::string text = sign + digits.substr(0, size);
      compare_all(text);
      for (std::size_t point = 0; point <= text.size(); ++point) {
        const std::string with_point = std::string(text).insert(point, ".");
        compare<double>(with_point);
        compare<std::int64_t>(with_point);
        compare<double>(with_point + ".");
      }
    }
  }
}

TEST_CASE("short numbers: every byte in every place") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 16; ++place) {
      std::string text = "1234567890123.56";
      text[place] = static_cast<char>(byte);
      compare<double>(text);
      compare<std::int64_t>(text);
      std::string whole = "1234567890123456";
      whole[place] = static_cast<char>(byte);
      compare<std::int64_t>(whole);
      compare<double>(whole.substr(1));
    }
  }
}

TEST_CASE("short numbers: the ends of the ranges") {
  for (const char* const text : {"127",
                                 "128",
                                 "-128",
                                 "-129",
                                 "255",
                                 "256",
                                 "32767",
                                 "32768",
                                 "-32768",
                                 "-32769",
                                 "65535",
                                 "65536",
                                 "2147483647",
                                 "2147483648",
                                 "-2147483648",
                                 "-2147483649",
                                 "4294967295",
                                 "4294967296",
                                 "9223372036854775807",
                                 "-9223372036854775808",
                                 "18446744073709551615",
                                 "-0",
                                 "-0.0",
                                 "0.000000000000001",
                                 "007",
                                 "1e5",
                                 "inf",
                                 "nan"}) {
    compare_all(text);
  }
}

TEST_CASE("short numbers: random texts") {
  std::mt19937 random(5);
  const std::string_view characters = "0123456789012345678901234567890123456789.-+e/: ";
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (auto size = random() % 20; text.size() < size;) {
      text += characters[random() % (i % 2 == 0 ? 41 : characters.size())];
    }
    compare<double>(text);
    compare<std::int32_t>(text);
    compare<std::uint64_t>(text);
  }
}

TEST_CASE("short numbers: bool") {
  for (const char* const text : {"true", "false", "1", "0", "True", "FALSE", "", "tru", "truee",
                                 "alse", "ffalse", "t", "rue", "xalse", "falsy"}) {
    for (const char* const before : {"................", "xxxxxxxtruefalse", "xxxxxxxxxxxxxxxf"}) {
      const std::string bytes = std::string(before) + text;
      bool wanted = false;
      bool value = false;
      CAPTURE(text, before);
      CHECK(read_bool_behind(std::string_view(bytes).substr(16), value) == read_bool(text, wanted));
      CHECK(value == wanted);
    }
  }
}

struct Row {
  std::int64_t time = 0;
  std::string_view name;
  double price = 0;
  std::int8_t size = 0;
  bool buy = false;
};

TEST_CASE("short numbers: fields of CSV, between bad ones") {
  std::mt19937 random(7);
  std::string bytes;
  decoding::Log wanted;
  const auto show = [](const Row& row) {
    return std::to_string(row.time) + "|" + std::string(row.name) + "|" +
           std::to_string(row.price) + "|" + std::to_string(row.size) + "|" +
           (row.buy ? "buy" : "sell");
  };
  for (int i = 0; i < 2000; ++i) {
    const Row row{static_cast<std::int64_t>(random() >> random() % 32) * (i % 3 - 1),
                  i % 5 == 0 ? "" : "name", static_cast<double>(random() % 4096) / 64,
                  static_cast<std::int8_t>(random() % 256), i % 2 == 0};
    const std::string size = i % 7 == 0 ? "1000" : std::to_string(row.size);
    const std::string line = std::to_string(row.time) + "," + std::string(row.name) + "," +
                             std::to_string(row.price) + "," + size + "," +
                             (row.buy ? "true" : "false");
    bytes += line + (i % 4 == 0 ? "\r\n" : "\n");
    wanted.push_back(i % 7 == 0 ? "-column \"size\": \"1000\" is not a "
                                  "whole number in the field's range|" +
                                      line
                                : "+" + show(row));
  }
  CHECK(decoding::log_of(dstream::csv<Row>({.header = false}), bytes, show) == wanted);
}

}  // namespace
