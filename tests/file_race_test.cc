#include <dstream/dstream.h>
#include <dstream/testing/fault_injecting_file_system.h>

#include <map>
#include <random>

#include "receivers/directory_source.h"
#include "support/jobs.h"
#include "support/memory_files.h"
#include "support/source_probe.h"

namespace {

using dstream::BadRecords;
using dstream::Errc;
using dstream::Time;
using dstream::detail::DirectorySource;
using Lines = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr Time at(dstream::Duration seconds) { return Time(0) + seconds; }

/// A directory stream that was started at second 1000, and what happens between its calls.
struct Race {
  explicit Race(BadRecords lost = BadRecords::dead_letter, std::size_t split_bytes = 8)
      : source("text_file_stream", "/in", dstream::detail::make_file_blocks(dstream::lines()),
               {.split_bytes = split_bytes, .lost_files = lost}, files, 1s) {
    files->make_directory("/in");
    clock->advance(1000s);
    source.start(host);
  }
  /// Does something once, ahead of the n-th call of this kind.
  void ahead_of(const std::string& call, int n, std::function<void()> act) {
    files->before([call, n, act = std::move(act), seen = std::make_shared<int>(0)](
                      const std::string& made, const std::string&) {
      if (made == call && ++*seen == n) act();
    });
  }
  Lines batch(dstream::Duration seconds) {
    return source_probe::take<std::string_view>(source, at(seconds - 1s), at(seconds));
  }

  std::shared_ptr<MemoryFiles> files = std::make_shared<MemoryFiles>();
  std::shared_ptr<jobs::Clock> clock = std::make_shared<jobs::Clock>();
  source_probe::FakeHost host{false, clock};
  DirectorySource source;
};

}  // namespace

TEST_CASE("a file that goes between listing and reading is reported once") {
  Race race;
  race.files->write("/in/a", "a\n", at(1001s));
  race.files->write("/in/b", "1234567\n1234567\n1234567\n", at(1001s));
  race.files->write("/in/c", "c\n", at(1001s));
  race.ahead_of("open", 1, [&] { race.files->remove("/in/b"); });
  CHECK(race.batch(1001s) == Lines{"a", "c"});
  CHECK(race.source.status().lost_files == 1);
  CHECK(race.host.letters ==
        Lines{"text_file_stream: /in/b: the file has gone since it was listed: /in/b"});
}

TEST_CASE("a file that goes while it is read is read to its end") {
  Race race;
  race.files->write("/in/a", "1\n2\n", at(1001s));
  race.ahead_of("read", 1, [&] { race.files->remove("/in/a"); });
  CHECK(race.batch(1001s) == Lines{"1", "2"});
  CHECK(race.source.status().lost_files == 0);
}

TEST_CASE("a file that becomes shorter: whole lines count, the rest is reported") {
  for (const int read : {1, 2}) {
    Race race;
    race.files->write("/in/a", "12\n45\n78\n01\n34\n", at(1001s));
    race.ahead_of(read == 1 ? "open" : "read", 1,
                  [&] { race.files->write("/in/a", "12\n4", at(1001s)); });
    CHECK(race.batch(1001s) == Lines{"12"});
    CHECK(race.source.status().lost_files == 1);
    CHECK(race.host.letters.size() == 1);
    CHECK(jobs::contains(race.host.letters.at(0), "shorter: 4 of 15 bytes are left"));
  }
}

TEST_CASE("lost files may stop the context") {
  Race race(BadRecords::fail);
  race.files->write("/in/a", "a\n", at(1001s));
  race.ahead_of("open", 1, [&] { race.files->remove("/in/a"); });
  CHECK(jobs::code_of([&] { race.batch(1001s); }) == Errc::io);
  CHECK(race.host.failures == 1);
  CHECK(race.host.letters.empty());
}

TEST_CASE("lost files may be dropped: they are counted all the same") {
  Race race(BadRecords::drop);
  race.files->write("/in/a", "a\n", at(1001s));
  race.ahead_of("open", 1, [&] { race.files->remove("/in/a"); });
  CHECK(race.batch(1001s) == Lines{});
  CHECK(race.host.letters.empty());
  CHECK(race.source.status().lost_files == 1);
}

TEST_CASE("a file that grows is read as far as it was listed, and counted as changed") {
  Race race;
  race.files->write("/in/a", "1\n2\n", at(1001s));
  race.ahead_of("open", 1, [&] { race.files->write("/in/a", "1\n2\n3\n", at(1001s + 1ns)); });
  CHECK(race.batch(1001s) == Lines{"1", "2"});
  CHECK(race.source.status().changed_files == 1);
  CHECK(race.source.status().lost_files == 0);
}

TEST_CASE("another file under the same name is counted as changed") {
  Race race;
  race.files->write("/in/a", "1\n2\n", at(1001s));
  race.files->write("/tmp/b", "3\n4\n", at(1001s + 5ns));
  race.ahead_of("open", 1, [&] { race.files->rename("/tmp/b", "/in/a"); });
  CHECK(race.batch(1001s) == Lines{"3", "4"});
  CHECK(race.source.status().changed_files == 1);
}

TEST_CASE("files that are renamed in during a scan come with this batch or the next, once") {
  for (const std::string call : {"list", "open", "read"}) {
    Race race;
    race.files->write("/in/b", "b\n", at(1000s + 500ms));
    race.files->write("/tmp/a", "a\n", at(1000s + 500ms));
    race.files->write("/tmp/c", "c\n", at(1000s + 500ms));
    race.ahead_of(call, 1, [&] {
      race.files->rename("/tmp/a", "/in/a");
      race.files->rename("/tmp/c", "/in/c");
    });
    Lines all = race.batch(1001s);
    for (const auto& line : race.batch(1002s)) all.push_back(line);
    for (const auto& line : race.batch(1003s)) all.push_back(line);
    CHECK(jobs::sorted(all) == Lines{"a", "b", "c"});
  }
}

TEST_CASE("a directory that goes and comes back") {
  Race race;
  race.files->write("/in/a", "a\n", at(1000s + 500ms));
  race.ahead_of("list", 1, [&] {
    race.files->remove("/in/a");
    race.files->remove("/in");
  });
  CHECK(race.batch(1001s) == Lines{});
  CHECK(race.source.status().failed_listings == 1);
  race.files->write("/in/a", "again\n", at(1001s + 500ms));
  CHECK(race.batch(1002s) == Lines{"again"});
}

TEST_CASE("random races: each file's lines come whole and once, or the file is reported") {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    std::mt19937 random(seed);
    Race race(BadRecords::dead_letter, 1 + random() % 20);
    int next = 0;
    std::map<std::string, int> versions;
    Time now = at(1000s + 1ns);
    race.files->before([&](const std::string&, const std::string&) {
      if (random() % 3 != 0) return;
      const std::string name = "/in/f" + std::to_string(random() % 6);
      switch (random() % 3) {
        case 0:
          race.files->remove(name);
          break;
        case 1: {  // a new file is renamed in, always under a new name
          const std::string id = std::to_string(next++);
          race.files->write("/tmp/x", id + "-1\n" + id + "-2\n" + id + "-3\n", now);
          race.files->rename("/tmp/x", "/in/n" + id);
          break;
        }
        default:
          race.files->write(name, "v" + std::to_string(next++) + "\n", now);
      }
    });
    std::map<std::string, int> seen;
    for (int batch = 1; batch <= 8; ++batch) {
      now = at(1000s + batch * 1s - 500ms);
      for (const std::string& line : race.batch(1000s + batch * 1s)) ++seen[line];
    }
    race.files->before({});
    for (const std::string& line : race.batch(1009s)) ++seen[line];
    for (int id = 0; id < next; ++id) {
      const std::string name = std::to_string(id);
      if (!race.files->info("/in/n" + name)) continue;
      for (const char* const part : {"-1", "-2", "-3"}) {
        CAPTURE(seed, name);
        CHECK(seen[name + part] == 1);
      }
    }
  }
}

TEST_CASE("disk errors: a task is repeated, and the records come once") {
  const auto memory = std::make_shared<MemoryFiles>();
  memory->write("/f", "a\nb\nc\nd\n", at(1s));
  for (std::uint64_t call = 1; call <= 12; ++call) {
    const auto faulty = std::make_shared<dstream::testing::FaultInjectingFileSystem>(memory);
    dstream::Options options = jobs::by_hand();
    options.file_system = faulty;
    dstream::StreamingContext ssc(options);
    auto lines = dstream::testing::capture(ssc.text_file("/f", {.split_bytes = 4}));
    dstream::testing::BatchDriver driver(ssc);
    ssc.start();
    faulty->fail_call(call);
    driver.run_batch();
    CHECK(lines.last() == Lines{"a", "b", "c", "d"});
  }
}

TEST_CASE("disk errors that last: the context stops and says which file") {
  const auto memory = std::make_shared<MemoryFiles>();
  memory->write("/f", "a\n", at(1s));
  dstream::Options options = jobs::by_hand();
  options.file_system = memory;
  dstream::StreamingContext ssc(options);
  auto lines = dstream::testing::capture(ssc.text_file("/f"));
  dstream::testing::BatchDriver driver(ssc);
  memory->before([](const std::string& call, const std::string& path) {
    if (call == "read") throw dstream::Error(Errc::io, "cannot read " + path + ": broken disk");
  });
  const auto error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(error.code() == Errc::task_failed);
  CHECK(jobs::contains(error.what(), "cannot read /f: broken disk"));
}

TEST_CASE("disk errors while a directory is listed are counted, and nothing is lost") {
  const auto memory = std::make_shared<MemoryFiles>();
  memory->make_directory("/in");
  const auto faulty = std::make_shared<dstream::testing::FaultInjectingFileSystem>(memory);
  const auto clock = std::make_shared<jobs::Clock>();
  dstream::Options options = jobs::by_hand(clock);
  options.file_system = faulty;
  dstream::StreamingContext ssc(options);
  auto lines = dstream::testing::capture(ssc.text_file_stream("/in"));
  dstream::testing::BatchDriver driver(ssc);
  driver.run_batch();
  memory->write("/in/a", "a\n", clock->now() + 1ns);
  faulty->fail_call(1);
  driver.run_batch();
  CHECK(lines.last() == Lines{});
  driver.run_batch();
  CHECK(lines.last() == Lines{"a"});
  CHECK(jobs::contains(ssc.explain(), "1 failed listings"));
}
