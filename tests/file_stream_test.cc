#include <dstream/dead_letter.h>
#include <dstream/dstream.h>
#include <dstream/listener.h>

#include <functional>
#include <random>

#include "receivers/directory_source.h"
#include "receivers/file_pattern.h"
#include "support/jobs.h"
#include "support/memory_files.h"
#include "support/source_probe.h"

namespace {

using dstream::BadRecords;
using dstream::Errc;
using dstream::FileOptions;
using dstream::FileStreamOptions;
using dstream::Time;
using dstream::detail::DirectorySource;
using source_probe::take;
using Lines = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr Time at(dstream::Duration seconds) { return Time(0) + seconds; }

/// A directory stream at second 1000, with batches of one second.
struct Stream {
  explicit Stream(const FileStreamOptions& options = {}, const std::string& directory = "/in")
      : source("text_file_stream", directory, dstream::detail::make_file_blocks(dstream::lines()),
               options, files, 1s) {
    files->make_directory("/in");
    clock->advance(1000s);
    source.start(host);
  }

  /// The lines of the batch that ends `seconds` after the epoch.
  Lines batch(dstream::Duration seconds, dstream::Duration length = 1s) {
    return take<std::string_view>(source, at(seconds - length), at(seconds));
  }

  std::shared_ptr<MemoryFiles> files = std::make_shared<MemoryFiles>();
  std::shared_ptr<jobs::Clock> clock = std::make_shared<jobs::Clock>();
  source_probe::FakeHost host{false, clock};
  DirectorySource source;
};

/// Lines of random lengths, some empty, some longer than a piece.
std::string random_lines(std::mt19937& random) {
  std::string bytes;
  for (std::size_t i = 0, count = random() % 60; i < count; ++i) {
    const std::size_t size = random() % 10 == 0 ? random() % 400 : random() % 12;
    bytes += std::string(size, static_cast<char>('a' + i % 26)) + "\n";
  }
  if (!bytes.empty() && random() % 2 == 0) bytes.pop_back();
  return bytes;
}

Lines lines_of(const std::string& bytes) {
  Lines lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = bytes.find('\n', begin)) != bytes.npos; begin = end + 1) {
    lines.push_back(bytes.substr(begin, end - begin));
  }
  if (begin != bytes.size()) lines.push_back(bytes.substr(begin));
  return lines;
}

/// Both runners, with a clock of their own.
dstream::Options either_runner(std::shared_ptr<jobs::Clock> clock) {
  return GENERATE(false, true) ? jobs::on_executors(1, 2, std::move(clock))
                               : jobs::by_hand(std::move(clock));
}

struct Sale {
  int id;
  double amount;
};

class Letters final : public dstream::DeadLetterOutput {
 public:
  void put(dstream::DeadLetter letter) override {
    const std::lock_guard lock(mutex);
    all.push_back(letter.source + "|" + letter.reason + "|" + letter.payload);
  }
  std::mutex mutex;
  Lines all;
};

class Infos final : public dstream::StreamingListener {
 public:
  void on_batch_completed(const dstream::BatchInfo& info) override { all.push_back(info); }
  std::vector<dstream::BatchInfo> all;
};

}  // namespace

TEST_CASE("a file is taken once, in the batch in whose time it was modified") {
  Stream stream;
  stream.files->write("/in/a", "1\n2\n", at(1000s + 500ms));
  stream.files->write("/in/b", "3\n", at(1001s));
  stream.files->write("/in/late", "4\n", at(1001s + 1ns));
  CHECK(stream.batch(1001s) == Lines{"1", "2", "3"});
  CHECK(stream.source.describe(at(1000s), at(1001s)) == "2 files, 6 bytes: /in/a, /in/b");
  CHECK(stream.batch(1002s) == Lines{"4"});
  CHECK(stream.batch(1003s) == Lines{});
  CHECK(stream.source.describe(at(1002s), at(1003s)).empty());
  CHECK(stream.source.status().files == 3);
  CHECK(stream.source.status().records == 4);
}

TEST_CASE("files that are older than the stream are left out, unless they are asked for") {
  struct Case {
    FileStreamOptions options;
    Lines lines;
  };
  const std::vector<Case> cases = {
      {{}, {"new"}},
      {{.new_files_only = false}, {"minute", "start", "new"}},
      {{.new_files_only = false, .remember = 1h}, {"hour", "minute", "start", "new"}},
      {{.new_files_only = false, .newer_than = at(999s), .remember = 1h}, {"start", "new"}},
      {{.newer_than = at(1000s + 400ms)}, {}},
  };
  for (const Case& c : cases) {
    Stream stream(c.options);
    stream.files->write("/in/1", "hour\n", at(100s));
    stream.files->write("/in/2", "minute\n", at(950s));
    stream.files->write("/in/3", "start\n", at(1000s - 10ms));
    stream.files->write("/in/4", "new\n", at(1000s + 1ns));
    CHECK(stream.batch(1001s) == c.lines);
  }
}

TEST_CASE("the remember window: what comes into view too late is left out") {
  Stream stream({.remember = 2500ms});  // three batches
  stream.batch(1010s);
  stream.files->write("/in/in-time", "1\n", at(1008s + 1ns));
  stream.files->write("/in/too-late", "2\n", at(1008s));
  CHECK(stream.batch(1011s) == Lines{"1"});
  // Renamed: taken again, since it is another path. Touched: not, while its path is remembered.
  stream.files->rename("/in/in-time", "/in/other");
  CHECK(stream.batch(1011s) == Lines{"1"});
  stream.files->write("/in/other", "3\n", at(1011s + 1ns));
  CHECK(stream.batch(1012s) == Lines{});
  // After the window the path may be used anew.
  stream.files->write("/in/other", "4\n", at(1019s));
  CHECK(stream.batch(1020s) == Lines{"4"});
}

TEST_CASE("after a stall one batch takes what all the missed ones would have taken") {
  Stream stream({.remember = 2s});
  stream.files->write("/in/a", "1\n", at(1001s));
  stream.files->write("/in/b", "2\n", at(1100s));
  CHECK(stream.batch(1100s, 100s) == Lines{"1", "2"});
}

TEST_CASE("hidden files, directories and what the filter refuses are left out") {
  const auto fill = [](Stream& stream) {
    stream.files->write("/in/.hidden", "h\n", at(1001s));
    stream.files->write("/in/a.csv", "a\n", at(1001s));
    stream.files->write("/in/b.tmp", "b\n", at(1001s));
    stream.files->make_directory("/in/sub");
    stream.files->write("/in/sub/deep", "d\n", at(1001s));
  };
  Stream all;
  fill(all);
  CHECK(all.batch(1001s) == Lines{"a", "b"});
  Stream some({.filter = dstream::ends_with(".csv")});
  fill(some);
  CHECK(some.batch(1001s) == Lines{"a"});
  Stream own({.filter = [](std::string_view path) { return path != "/in/b.tmp"; }});
  fill(own);
  CHECK(own.batch(1001s) == Lines{"h", "a"});
}

TEST_CASE("patterns of directories") {
  MemoryFiles files;
  for (const char* const directory :
       {"/d", "/d/x1", "/d/x1/in", "/d/x2", "/d/x2/in", "/d/y", "/d/.x3"}) {
    files.make_directory(directory);
  }
  files.write("/d/x9", "", {});
  using dstream::detail::match_files;
  CHECK(match_files(files, "/d/x*/in") == Lines{"/d/x1/in", "/d/x2/in"});
  CHECK(match_files(files, "/d/[xy]?") == Lines{"/d/x1", "/d/x2", "/d/x9"});
  CHECK(match_files(files, "/d/*/") == Lines{"/d/x1", "/d/x2", "/d/x9", "/d/y"});
  CHECK(match_files(files, "/*/x1/i?") == Lines{"/d/x1/in"});
  CHECK(match_files(files, "/d/q*/in") == Lines{});
  CHECK(match_files(files, "/no/thing") == Lines{"/no/thing"});
  CHECK(match_files(files, "/no/*") == Lines{});

  Stream stream({}, "/data/*/in");
  stream.files->make_directory("/data");
  CHECK(stream.batch(1001s) == Lines{});
  stream.files->make_directory("/data/a");
  stream.files->make_directory("/data/a/in");
  stream.files->write("/data/a/in/f", "1\n", at(1001s + 500ms));
  CHECK(stream.batch(1002s) == Lines{"1"});
  CHECK(stream.source.status().failed_listings == 1);  // while the pattern fitted nothing
}

TEST_CASE("a directory that is missing is counted and tried again") {
  Stream stream({}, "/later");
  CHECK(stream.batch(1001s) == Lines{});
  CHECK(stream.batch(1002s) == Lines{});
  CHECK(stream.source.status().failed_listings == 2);
  CHECK(jobs::contains(stream.source.status().last_error, "/later"));
  stream.files->make_directory("/later");
  stream.files->write("/later/f", "1\n", at(1002s + 1ns));
  CHECK(stream.batch(1003s) == Lines{"1"});
  CHECK(jobs::contains(stream.source.status_text(), "2 failed listings"));
}

TEST_CASE("pieces of a file hold each line once, wherever they are cut") {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    const std::string bytes = random_lines(random);
    const Lines lines = lines_of(bytes);
    Stream stream({.split_bytes = 1 + random() % 50});
    stream.files->write("/in/f", bytes, at(1001s));
    CAPTURE(bytes);
    CHECK(stream.batch(1001s) == lines);
    CHECK(stream.source.status().records == lines.size());
  }
}

TEST_CASE("lines that are longer than the buffer") {
  Stream stream;
  const std::string big(900'000, 'x');
  stream.files->write("/in/f", "a\n" + big + "\nb\n", at(1001s));
  CHECK(stream.batch(1001s) == Lines{"a", big, "b"});
}

TEST_CASE("a CSV file in pieces: each knows the header") {
  const auto clock = std::make_shared<jobs::Clock>();
  dstream::Options options = either_runner(clock);
  const auto files = std::make_shared<MemoryFiles>();
  options.file_system = files;
  std::string bytes = "amount,id,x\n";
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    bytes += std::to_string(i) + ".5," + std::to_string(i) + ",y\n";
    sum += i + 0.5;
  }
  files->write("/data.csv", bytes, at(1s));
  dstream::StreamingContext ssc(options);
  const auto sales =
      ssc.files({"/data.csv"}, dstream::csv<Sale>({.multiline = false}), {.split_bytes = 100});
  auto ids = dstream::testing::capture(sales.map([](const Sale& s) { return s.id; }));
  auto total = dstream::testing::capture(
      sales.map([](const Sale& s) { return s.amount; }).reduce(std::plus<double>()));
  dstream::testing::BatchDriver driver(ssc);
  driver.run_batch();
  CHECK(ids.last() == jobs::numbers(0, 1000));
  CHECK(total.last() == std::vector<double>{sum});
  driver.run_batch();
  CHECK(ids.last().empty());
}

TEST_CASE("the batch knows its files, and its records once they are read") {
  const auto clock = std::make_shared<jobs::Clock>();
  dstream::Options options = either_runner(clock);
  const auto files = std::make_shared<MemoryFiles>();
  files->make_directory("/in");
  options.file_system = files;
  dstream::StreamingContext ssc(options);
  const auto infos = std::make_shared<Infos>();
  ssc.add_listener(infos);
  auto lines = dstream::testing::capture(ssc.text_file_stream("/in", {.split_bytes = 4}));
  dstream::testing::BatchDriver driver(ssc);
  driver.run_batch();
  files->write("/in/f", "a\nbb\nccc\n", clock->now() + 1ns);
  driver.run_batch();
  CHECK(lines.last() == Lines{"a", "bb", "ccc"});
  CHECK(jobs::contains(ssc.explain(), "1 files, 3 records, 0 bad records"));
  CHECK(jobs::contains(ssc.explain(), "3 records in"));
  ssc.stop();
  REQUIRE(infos->all.size() == 2);
  CHECK(infos->all[0].records == 0);
  CHECK(infos->all[1].records == 3);
  CHECK(infos->all[1].sources.at(0).records == 3);
  CHECK(infos->all[1].sources.at(0).description == "1 file, 9 bytes: /in/f");
}

TEST_CASE("bad records: dropped and counted, reported once, or the end") {
  const auto files = std::make_shared<MemoryFiles>();
  files->write("/f", "id,amount\n1,2\nx,3\n2,5\n7\n", at(1s));
  struct Case {
    BadRecords policy;
    Lines letters;
  };
  const Lines told = {
      "files|/f: column \"id\": \"x\" is not a whole number in the field's range|x,3",
      "files|/f: the record has 1 field instead of 2|7"};
  const std::vector<Case> cases = {
      {BadRecords::drop, {}},
      {BadRecords::dead_letter, told},
      {dstream::FileOptions().bad_records, told},
  };
  for (const Case& c : cases) {
    dstream::Options options = jobs::by_hand();
    const auto letters = std::make_shared<Letters>();
    options.file_system = files;
    options.dead_letters = letters;
    dstream::StreamingContext ssc(options);
    int failures = 2;  // attempts of the task that fail after the file has been read
    auto ids = dstream::testing::capture(
        ssc.files({"/f"}, dstream::csv<Sale>(), {.bad_records = c.policy}).map([&](const Sale& s) {
          if (s.id == 2 && failures-- > 0) throw std::runtime_error("again");
          return s.id;
        }));
    dstream::testing::BatchDriver driver(ssc);
    driver.run_batch();
    CHECK(ids.last() == std::vector<int>{1, 2});
    CHECK(letters->all == c.letters);
    CHECK(jobs::contains(ssc.explain(), "2 records, 2 bad records"));
  }
}

TEST_CASE("bad records: the context stops where they must not be") {
  const auto clock = std::make_shared<jobs::Clock>();
  dstream::Options options = either_runner(clock);
  const auto files = std::make_shared<MemoryFiles>();
  files->make_directory("/in");
  options.file_system = files;
  dstream::StreamingContext ssc(options);
  auto records = dstream::testing::capture(ssc.binary_records_stream("/in", 3));
  dstream::testing::BatchDriver driver(ssc);
  driver.run_batch();
  files->write("/in/good", "abcdef", clock->now() + 1ns);
  driver.run_batch();
  CHECK(records.last() == Lines{"abc", "def"});
  files->write("/in/bad", "abcd", clock->now() + 1ns);
  const auto error = jobs::error_of([&] {
    driver.run_batch();
    ssc.await_termination();
  });
  CHECK(error.code() == Errc::corrupt_data);
  CHECK(jobs::contains(error.what(), "/in/bad: the last record is cut off"));
}

TEST_CASE("files that are given: patterns, order, and none") {
  const auto files = std::make_shared<MemoryFiles>();
  files->make_directory("/d");
  files->write("/d/b", "2\n", at(1s));
  files->write("/d/a", "1\n", at(1s));
  files->write("/e", "", at(1s));
  files->write("/c", "3", at(1s));
  const auto read = [&](std::vector<std::string> paths) {
    dstream::Options options = jobs::by_hand();
    options.file_system = files;
    dstream::StreamingContext ssc(options);
    auto lines = dstream::testing::capture(ssc.text_files(std::move(paths)));
    dstream::testing::BatchDriver driver(ssc);
    driver.run_batch();
    return lines.last();
  };
  CHECK(read({"/c", "/d/*", "/e"}) == Lines{"3", "1", "2"});
  CHECK(jobs::code_of([&] { read({"/c", "/nothing"}); }) == Errc::io);
  CHECK(jobs::code_of([&] { read({"/d/x*"}); }) == Errc::io);
  CHECK(jobs::code_of([&] { read({}); }) == Errc::invalid_argument);
}

TEST_CASE("files have an end: a whole job over them runs by itself") {
  const auto clock = std::make_shared<jobs::Clock>();
  dstream::Options options = either_runner(clock);
  const auto files = std::make_shared<MemoryFiles>();
  files->write("/a", "1\n22\n", at(1s));
  files->write("/b", "333\n", at(1s));
  options.file_system = files;
  dstream::StreamingContext ssc(options);
  auto count = dstream::testing::capture(ssc.text_files({"/a", "/b"}).count());
  ssc.run_to_end();
  std::int64_t total = 0;
  for (const auto& batch : count.batches()) total += batch.records.at(0);
  CHECK(total == 3);
}

TEST_CASE("settings that make no sense") {
  dstream::StreamingContext ssc(jobs::by_hand());
  CHECK(jobs::code_of([&] { ssc.text_file_stream(""); }) == Errc::invalid_argument);
  CHECK(jobs::code_of([&] { ssc.text_file_stream("/in", {.split_bytes = 0}); }) ==
        Errc::invalid_argument);
  CHECK(jobs::code_of([&] { ssc.text_file_stream("/in", {.remember = 0s}); }) ==
        Errc::invalid_argument);
  CHECK(jobs::code_of([&] { ssc.binary_records_stream("/in", 0); }) == Errc::invalid_argument);
}

TEST_CASE("batches with files that wait are not taken for empty ones") {
  const auto clock = std::make_shared<jobs::Clock>();
  dstream::Options options = jobs::on_executors(1, 1, clock);
  const auto files = std::make_shared<MemoryFiles>();
  files->make_directory("/in");
  options.file_system = files;
  dstream::StreamingContext ssc(options);
  jobs::Gate gate;
  auto lines =
      dstream::testing::capture(ssc.text_file_stream("/in").map([&](std::string_view line) {
        if (line == "hold") gate.pass();
        return std::string(line);
      }));
  jobs::Batches batches(ssc);
  const auto next = [&](const std::string& name, const std::string& bytes) {
    files->write("/in/" + name, bytes, clock->now() + 1ns);
    clock->advance(1s);
    batches.make();
  };
  next("1", "hold\n");
  gate.await();
  next("2", "two\n");
  next("3", "three\n");
  gate.open();
  batches.drain();
  const auto all = lines.batches();
  REQUIRE(all.size() == 3);
  CHECK(all[1].records == Lines{"two"});
  CHECK(all[2].records == Lines{"three"});
}
