#include <dstream/ndjson/ndjson.h>

#include <cstdint>

#include "support/decoding.h"

namespace {

using decoding::Log;
using dstream::testing::decode_all;

struct Place {
  double lat = 0;
  double lon = 0;
};
struct Event {
  std::int64_t id = 0;
  std::string_view name;
  std::optional<int> level;
  std::vector<std::string> tags;
  std::optional<Place> place;
  bool on = false;
};

std::string show(const Event& e) {
  std::string text = std::to_string(e.id) + "/" + std::string(e.name) + "/" +
                     (e.level ? std::to_string(*e.level) : "none") + "/";
  for (const std::string& tag : e.tags) text += tag + ";";
  if (e.place) text += "/" + std::to_string(static_cast<int>(e.place->lat * 10));
  return text + (e.on ? "/on" : "/off");
}

Log events(std::string_view bytes, const dstream::NdjsonOptions& options = {}) {
  return decoding::log_of(dstream::ndjson<Event>(options), bytes, show);
}

template <class T>
struct One {
  T value;
};

/// Whether {"value": text} is a record, and whether it is `wanted`.
template <class T>
bool reads(const std::string& text, const T& wanted) {
  const auto decoded = decode_all(dstream::ndjson<One<T>>(), "{\"value\":" + text + "}");
  return decoded.bad.empty() && decoded.records.at(0).value == wanted;
}
template <class T>
bool refuses(const std::string& text) {
  const auto decoded = decode_all(dstream::ndjson<One<T>>(), "{\"value\":" + text + "}");
  return decoded.bad.size() == 1 && decoded.records.empty();
}

struct Tree {
  std::vector<Tree> of;
};

}  // namespace

TEST_CASE("ndjson: members in any order, nested, optional and unknown ones") {
  CHECK(
      events(
          R"({"id":1,"name":"a","level":3,"tags":["x","y"],"place":{"lat":1.5,"lon":2},"on":true})"
          "\n"
          R"({"on":false,"tags":[],"name":"b","id":-2})"
          "\r\n"
          R"( { "id" : 3 , "zzz":{"q":[1,{"a":"}"}]}, "name":"","level":null,"tags":["t"],"on":true} )") ==
      Log{"+1/a/3/x;y;/15/on", "+-2/b/none//off", "+3//none/t;/on"});
  CHECK(events("\n  \t\r\n\n") == Log{});
  CHECK(events("") == Log{});
}

TEST_CASE("ndjson: escapes, in values and in names") {
  CHECK(
      events(
          R"({"id":1,"name":"a\"b\\\u00e9\n\\","level":1,"tags":["\ud83d\ude00\\"],"on":true})") ==
      Log{"+1/a\"b\\\xc3\xa9\n\\/1/\xf0\x9f\x98\x80\\;/on"});
  CHECK(events(R"({"\u0069d":7,"name":"n","tags":[],"on":true})") == Log{"+7/n/none//on"});
}

TEST_CASE("ndjson: bad records say why") {
  const auto reason = [](const std::string& line) {
    const Log log = events(line + "\n" + R"({"id":1,"name":"ok","tags":[],"on":true})");
    REQUIRE(log.size() == 2);
    CHECK(log[1] == "+1/ok/none//on");
    return log[0];
  };
  CHECK(reason(R"({"id":1,"tags":[],"on":true})").starts_with("-there is no member \"name\"|"));
  CHECK(reason(R"({"id":"x","name":"a","tags":[],"on":true})").starts_with("-member \"id\": "));
  CHECK(reason(R"({"id":1,"name":null,"tags":[],"on":true})").starts_with("-member \"name\": "));
  CHECK(reason(R"({"id":1,"name":"a","tags":[1],"on":true})").starts_with("-member \"tags\": "));
  CHECK(
      reason(R"({"id":1,"name":"a","tags":[],"place":{"lat":1},"on":true})") ==
      R"(-member "place": there is no member "lon"|{"id":1,"name":"a","tags":[],"place":{"lat":1},"on":true})");
  for (const char* const line :
       {"nonsense", "[1]", "1", "\"text\"", "{", "{}",
        R"({"id":1,"name":"a","tags":[],"on":true} x)",
        R"({"id":1,"name":"a","tags":[],"on":true}{})", R"({"id":1,"name":"a","tags":[],"on":tru})",
        R"({"id":1,"name":"a","tags":[],"on":true)", R"({"id":1,"name":"a,"tags":[],"on":true})",
        R"({"id":1 "name":"a","tags":[],"on":true})",
        "{\"id\":1,\"name\":\"\xff\",\"tags\":[],\"on\":true}",
        "{\"id\":1,\"name\":\"a\x01\",\"tags\":[],\"on\":true}", "\xef\xbb\xbf"}) {
    CAPTURE(line);
    CHECK(reason(line).starts_with("-"));
  }
  CHECK(reason(std::string("{\"id\":1,\"name\":\"a\0\"", 19)).starts_with("-"));
}

TEST_CASE("ndjson: numbers in their ranges") {
  CHECK(reads<std::int8_t>("-128", -128));
  CHECK(refuses<std::int8_t>("128"));
  CHECK(reads<std::uint8_t>("255", 255));
  CHECK(refuses<std::uint8_t>("256"));
  CHECK(refuses<std::uint32_t>("-1"));
  CHECK(reads<std::int16_t>("-3", -3));
  CHECK(reads<std::uint16_t>("65535", 65535));
  CHECK(refuses<std::int32_t>("2147483648"));
  CHECK(reads<std::uint64_t>("18446744073709551615", UINT64_MAX));
  CHECK(reads<std::int64_t>("-9223372036854775808", INT64_MIN));
  CHECK(refuses<std::int64_t>("9223372036854775808"));
  CHECK(refuses<int>("1.5"));
  CHECK(refuses<int>("\"1\""));
  CHECK(reads<double>("1.5e3", 1500.0));
  CHECK(reads<double>("7", 7.0));
  CHECK(reads<double>("0.30000000000000004211446295666630827", 0.30000000000000004));
  CHECK(reads<double>("-17.000000000000000000000000001", -17.0));
  CHECK(reads<double>("5e-324", 5e-324));
  CHECK(reads<float>("0.25", 0.25F));
  CHECK(refuses<double>("1.."));
  CHECK(reads<bool>("true", true));
  CHECK(refuses<bool>("1"));
}

TEST_CASE("ndjson: lists and optionals of everything") {
  CHECK(reads<std::vector<int>>("[1,2,3]", {1, 2, 3}));
  CHECK(reads<std::vector<std::vector<double>>>("[[1],[],[2.5,3]]", {{1.0}, {}, {2.5, 3.0}}));
  CHECK(reads<std::optional<std::vector<std::string>>>("[\"a\"]", std::vector<std::string>{"a"}));
  CHECK(reads<std::vector<std::optional<int>>>("[1,null]", {1, std::nullopt}));
  CHECK(reads<std::optional<int>>("null", std::nullopt));
  CHECK(refuses<std::vector<int>>("{}"));
}

TEST_CASE("ndjson: depth is bounded") {
  const auto nested = [](int levels) {
    std::string text;
    for (int i = 0; i < levels; ++i) text += "{\"of\":[";
    for (int i = 0; i < levels; ++i) text += "]}";
    return decode_all(dstream::ndjson<Tree>(), text);
  };
  CHECK(nested(32).records.size() == 1);
  CHECK(nested(33).bad.size() == 1);
  CHECK(nested(50'000).bad.size() == 1);
  // What is left out may be nested as deep as it likes.
  const auto skipped =
      decode_all(dstream::ndjson<One<int>>(),
                 "{\"x\":" + std::string(500, '[') + std::string(500, ']') + ",\"value\":1}");
  CHECK(skipped.records.size() == 1);
}

TEST_CASE("ndjson: lines that are too long") {
  CHECK(events(R"({"id":1,"name":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","tags":[],"on":true})"
               "\n"
               R"({"id":1,"name":"ok","tags":[],"on":true})",
               {.max_bytes = 50})
            .at(1) == "+1/ok/none//on");
}

TEST_CASE("ndjson: many lines, of which some are bad and in other orders") {
  std::string bytes;
  Log wanted;
  for (int i = 0; i < 500; ++i) {
    const std::string id = std::to_string(i);
    if (i % 7 == 3) {
      bytes += "{\"id\":" + id + "\n";
      wanted.push_back("-");
    } else if (i % 5 == 0) {
      bytes += R"({"tags":[")" + id + R"("],"on":true,"id":)" + id + R"(,"name":"n"})" + "\n";
      wanted.push_back("+" + id + "/n/none/" + id + ";/on");
    } else {
      bytes +=
          R"({"id":)" + id + R"(,"name":"n\t","level":1,"tags":[],"place":null,"on":false})" + "\n";
      wanted.push_back("+" + id + "/n\t/1//off");
    }
  }
  Log log = decoding::log_of(dstream::ndjson<Event>(), bytes, {}, show);
  for (std::string& line : log) {
    if (line.front() == '-') line.resize(1);
  }
  CHECK(log == wanted);
}
