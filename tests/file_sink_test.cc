#include <dstream/detail/object_file.h>
#include <dstream/object_files.h>
#include <dstream/testing/fault_injecting_file_system.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "support/jobs.h"
#include "support/scratch.h"

using namespace dstream;
using jobs::error_of;
using Tree = std::map<std::string, std::string>;  // relative path -> content, "" for a directory

namespace {

Options either_runner() {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  options.slice_records = 2;
  return options;
}

Tree tree(const std::string& path) {
  Tree found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    const std::string name = std::filesystem::relative(entry.path(), path).string();
    found[name] = entry.is_directory() ? "" : scratch::content(entry.path().string());
  }
  return found;
}

void write_file(const std::string& path, const std::string& text) {
  FileSystem::system()->create_directories(path.substr(0, path.rfind('/')));
  FileSystem::system()->open(path, OpenMode::truncate)->append(text);
}

struct Order {
  std::string item;
  std::int64_t count = 0;
  std::optional<double> price;
};

struct Basket {
  std::string user;
  std::vector<std::pair<std::string, int>> items;
  bool paid = false;
};

struct NoCodec {
  NoCodec() = default;
  explicit NoCodec(int number) : value(number) {}
  int value = 0;
};

/// What the JSON and CSV writers make of one record.
template <class T>
std::string json(const T& value) {
  std::string out;
  detail::append_json(out, value);
  return out;
}
template <class T>
std::string csv(const T& value) {
  std::string out;
  detail::append_csv_header<T>(out);
  detail::append_csv_row(out, value);
  return out;
}

}  // namespace

TEST_CASE("text files: a directory per batch, a file per partition with records", "[files]") {
  const scratch::Directory dir;
  StreamingContext ssc(either_runner());
  auto [queue, words] = ssc.queue_stream<std::string_view>();
  words.filter([](std::string_view w) { return w != "-"; })
      .save_as_text_files(dir / "out/words", "txt");
  testing::BatchDriver driver(ssc);
  queue.push({"a", "b", "-", "-", "c"});
  driver.run_batch();
  driver.run_batch();
  CHECK(tree(dir.path) == Tree{{"out", ""},
                               {"out/words-1000.txt", ""},
                               {"out/words-1000.txt/part-00000", "a\nb\n"},
                               {"out/words-1000.txt/part-00002", "c\n"},
                               {"out/words-2000.txt", ""}});
}

TEST_CASE("files of batches without records can be left out", "[files]") {
  const scratch::Directory dir;
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.filter([](int x) { return x > 0; })
      .save_as_text_files(dir / "n", "", {.skip_empty = true, .sync = false, .partitions = 1});
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  queue.push({-1});
  driver.run_batch();
  queue.push({1, 2, 3, 4, 5});
  driver.run_batch();
  CHECK(tree(dir.path) == Tree{{"n-3000", ""}, {"n-3000/part-00000", "1\n2\n3\n4\n5\n"}});
}

TEST_CASE("a repeated batch replaces what it saved before, and left-overs of a crash", "[files]") {
  const scratch::Directory dir;
  for (int run = 0; run < 2; ++run) {
    write_file(dir / ".n-1000.staging/part-00009", "staged by a process that was killed");
    write_file(dir / ".n-1000.staging.old/part-00008", "put aside by it");
    StreamingContext ssc(either_runner());
    auto [queue, numbers] = ssc.queue_stream<int>();
    numbers.save_as_text_files(dir / "n");
    testing::BatchDriver driver(ssc);
    queue.push(run == 0 ? std::vector<int>{1, 2, 3} : std::vector<int>{4});
    driver.run_batch();
    write_file(dir / ".n-1000.staging.old/x", "");
  }
  std::filesystem::remove_all(dir / ".n-1000.staging.old");
  CHECK(tree(dir.path) == Tree{{"n-1000", ""}, {"n-1000/part-00000", "4\n"}});
}

TEST_CASE("a directory with files of others is not replaced", "[files]") {
  const scratch::Directory dir;
  write_file(dir / "n-1000/precious", "keep");
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.save_as_text_files(dir / "n");
  testing::BatchDriver driver(ssc);
  queue.push({1});
  const Error error = error_of([&] { driver.run_batch(); });
  CHECK(error.operation() == "save_as_text_files");
  CHECK(jobs::contains(error.what(), "precious, which is no part file"));
  CHECK(scratch::content(dir / "n-1000/precious") == "keep");
}

TEST_CASE("batches of one millisecond have directories of their own", "[files]") {
  const scratch::Directory dir;
  Options options = jobs::by_hand(std::make_shared<jobs::Clock>(Time(5'000'300'000)));
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.save_as_text_files(dir / "n");
  ssc.start();
  queue.push({1});
  ssc.impl().generator().run_until(Time(5'000'400'000));
  ssc.impl().generator().run_until(Time(5'000'500'000));
  ssc.stop();
  CHECK(tree(dir.path) ==
        Tree{{"n-5000.400000", ""}, {"n-5000.400000/part-00000", "1\n"}, {"n-5000.500000", ""}});
}

TEST_CASE("object files are read back", "[files]") {
  const scratch::Directory dir;
  StreamingContext ssc(either_runner());
  auto [queue, words] = ssc.queue_stream<std::string_view>();
  words.map([](std::string_view w) { return std::pair(w, w.size()); })
      .save_as_object_files(dir / "w");
  testing::BatchDriver driver(ssc);
  queue.push({"a", "bb", "ccc"});
  driver.run_batch();
  using Record = std::pair<std::string, std::size_t>;
  std::vector<Record> read;
  for (const char* part : {"w-1000/part-00000", "w-1000/part-00001"}) {
    detail::ObjectFileReader reader(*dir.files, dir / part, type_name<Record>());
    for (Record record; reader.next(record);) read.push_back(record);
  }
  CHECK(read == std::vector<Record>{{"a", 1}, {"bb", 2}, {"ccc", 3}});
}

TEST_CASE("a type without a codec is refused at the start, by stream and type", "[files]") {
  const scratch::Directory dir;
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto objects = numbers.map([](int x) { return NoCodec(x); });
  objects.named("objects");
  objects.save_as_object_files(dir / "o");
  const Error error = error_of([&] { ssc.start(); });
  CHECK(error.code() == Errc::missing_codec);
  CHECK(error.operation() == "save_as_object_files");
  CHECK(jobs::contains(error.what(), "the stream \"objects\" has records of"));
  CHECK(jobs::contains(error.what(), "NoCodec"));
  CHECK(jobs::contains(error.what(), "file_sink_test.cc"));
}

TEST_CASE("NDJSON and CSV files of plain structs", "[files]") {
  const scratch::Directory dir;
  StreamingContext ssc(either_runner());
  auto [queue, orders] = ssc.queue_stream<Order>();
  orders.save_as_ndjson_files(dir / "j");
  orders.save_as_csv_files(dir / "c");
  orders.save_as_csv_files(dir / "d", "", {.csv_header = false});
  testing::BatchDriver driver(ssc);
  queue.push({{"nut", 3, 0.5}, {"a \"b\", c", -1, std::nullopt}});
  driver.run_batch();
  CHECK(scratch::content(dir / "j-1000/part-00000.ndjson") ==
        "{\"item\":\"nut\",\"count\":3,\"price\":0.5}\n"
        "{\"item\":\"a \\\"b\\\", c\",\"count\":-1,\"price\":null}\n");
  const std::string rows = "nut,3,0.5\n\"a \"\"b\"\", c\",-1,\n";
  CHECK(scratch::content(dir / "c-1000/part-00000.csv") == "item,count,price\n" + rows);
  CHECK(scratch::content(dir / "d-1000/part-00000.csv") == rows);
}

TEST_CASE("JSON values", "[files]") {
  using namespace std::string_literals;
  using namespace std::chrono_literals;
  CHECK(json("\0\x01\b\t\n\f\r\x1f\"\\/\x7f"s) == R"("\u0000\u0001\b\t\n\f\r\u001f\"\\/)"
                                                  "\x7f\"");
  CHECK(json("h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "\"h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
  const std::string bad = "\xef\xbf\xbd";
  for (const std::string& invalid : {"\x80"s, "\xff"s, "\xc3"s, "\xc0\xaf"s, "\xed\xa0\x80"s,
                                     "\xf4\x90\x80\x80"s, "\xe2\x82"s, "\xe0\x80\x80"s}) {
    std::string wanted = "\"x";
    for (std::size_t i = 0; i < invalid.size(); ++i) wanted += bad;
    CHECK(json("x" + invalid) == wanted + "\"");
  }
  CHECK(json(std::numeric_limits<double>::quiet_NaN()) == "null");
  CHECK(json(-std::numeric_limits<float>::infinity()) == "null");
  CHECK(json(0.1) == "0.1");
  CHECK(json(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(json('"') == R"("\"")");
  CHECK(json(true) == "true");
  CHECK(json(1500ms) == "1500");
  CHECK(json(Time(2'500'000'000)) == "2500");
  CHECK(json(std::pair("k"s, 1)) == R"({"_1":"k","_2":1})");
  CHECK(json(std::tuple<>()) == "{}");
  CHECK(json(Basket{"u", {{"a", 1}, {"b", 2}}, true}) ==
        R"({"user":"u","items":[{"_1":"a","_2":1},{"_1":"b","_2":2}],"paid":true})");
  CHECK(json(std::vector<int>{}) == "[]");
}

TEST_CASE("CSV fields", "[files]") {
  using namespace std::string_literals;
  CHECK(csv(std::tuple("a"s, ""s, " b"s, "c\n"s, "d\"e"s, "f;g"s)) ==
        "_1,_2,_3,_4,_5,_6\na,\"\",\" b\",\"c\n\",\"d\"\"e\",f;g\n");
  CHECK(csv(std::pair(std::optional<std::string>(), std::optional<std::string>(""))) ==
        "_1,_2\n,\"\"\n");
  CHECK(csv(2.5) == "value\n2.5\n");
  CHECK(csv("x\xff\0y"s) == "value\nx\xff\0y\n"s);
  CHECK(csv(std::tuple(true, ',', Time(1'000'000))) == "_1,_2,_3\ntrue,\",\",1\n");
}

TEST_CASE("whatever call of the file system fails, no half output is visible", "[files]") {
  // By policy: the context stops, or the batch's output is left out.
  const OutputFailure on_failure = GENERATE(OutputFailure::stop, OutputFailure::skip);
  const bool inlined = GENERATE(false, true);
  const std::uint32_t attempts = GENERATE(1U, 2U);
  const std::vector<int> records = GENERATE(std::vector<int>{1, 2, 3}, std::vector<int>{});
  const std::string whole = "1\n2\n3\n";
  bool done = false;
  for (std::uint64_t n = 1; !done; ++n) {
    const scratch::Directory dir;
    write_file(dir / "n-1000/part-00000", "earlier\n");
    Options options = inlined ? jobs::by_hand() : jobs::on_executors();
    options.max_task_failures = attempts;
    const auto files = std::make_shared<testing::FaultInjectingFileSystem>(dir.files);
    options.file_system = files;
    StreamingContext ssc(options);
    auto [queue, numbers] = ssc.queue_stream<int>();
    numbers.save_as_text_files(dir / "n", "", {.on_failure = on_failure});
    testing::BatchDriver driver(ssc);
    queue.push(records);
    ssc.start();
    const std::uint64_t before = files->calls();
    files->fail_call(n, 2);
    std::string error;
    try {
      driver.run_batch();
    } catch (const Error& e) {
      error = e.what();
    }
    done = files->calls() - before < n;
    INFO("call " << n << ": " << error);
    const Tree found = tree(dir.path);
    const auto part = found.find("n-1000/part-00000");
    const bool saved =
        records.empty() ? part == found.end() : part != found.end() && part->second == whole;
    const bool earlier = part != found.end() && part->second == "earlier\n";
    CHECK((saved || earlier));
    if (error.empty() && ssc.skipped_outputs() == 0) CHECK(saved);
    if (attempts == 2) CHECK(saved);
    if (error.empty() && ssc.skipped_outputs() == 0) {
      CHECK(found.size() == (records.empty() ? 1U : 2U));  // nothing is left behind
    }
    if (!error.empty()) CHECK(jobs::contains(error, dir.path));
    CHECK((on_failure == OutputFailure::stop || error.empty()));
    REQUIRE(n < 100);
  }
}

TEST_CASE("a disk that fills up fails the batch with the file's name; a retry may succeed",
          "[files]") {
  const scratch::Directory dir;
  Options options = jobs::by_hand();
  options.max_task_failures = 2;
  const auto files = std::make_shared<testing::FaultInjectingFileSystem>(dir.files);
  options.file_system = files;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  int failures = 1;
  numbers
      .map([&](int x) {
        if (failures-- > 0) files->fail_call(4, 1);  // clean-up looks, mkdir, open, append
        return x;
      })
      .save_as_text_files(dir / "n");
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  CHECK(tree(dir.path) == Tree{{"n-1000", ""}, {"n-1000/part-00000", "1\n"}});
  failures = 2;
  queue.push({2});
  const Error error = error_of([&] { driver.run_batch(); });
  CHECK(jobs::contains(error.what(), ".n-2000.staging/part-00000.attempt-1"));
  CHECK(tree(dir.path).size() == 2);
}
