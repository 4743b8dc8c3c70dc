#include <dstream/dstream.h>
#include <dstream/file_system.h>
#include <dstream/testing/fault_injecting_file_system.h>
#include <dstream/testing/manual_clock.h>

#include <memory>
#include <optional>
#include <string>

#include "receivers/tail_source.h"
#include "support/catch.h"
#include "support/decoders.h"
#include "support/jobs.h"
#include "support/scratch.h"
#include "support/socket_rig.h"

namespace {

using dstream::FileSystem;
using dstream::OpenMode;
using dstream::detail::TailSource;
using dstream::testing::ManualClock;
using sockets::Lines;
using namespace std::chrono_literals;

/// A source that follows a file of the test's, one look at a time.
struct Rig {
  explicit Rig(dstream::TailOptions tail = {}, dstream::Tunables tunables = {},
               dstream::detail::ByteSourceParts parts = {"tail_stream", nullptr}) {
    dstream::Options options;
    options.file_system = faulty;
    options.tunables = tunables;
    source.emplace(parts, path, tail, options);
  }
  void start() {
    source->start(host);
    clock->await_waiters(1);
  }
  /// Lets the source look at the file once.
  void look() {
    clock->advance(250ms);
    clock->await_waiters(1);
  }
  template <class Record = std::string_view>
  Lines take() {
    return source_probe::take<Record>(*source);
  }
  Lines look_and_take() {
    look();
    return take();
  }
  void append(const std::string& text) { files->open(path, OpenMode::append)->append(text); }
  void replace(const std::string& text) { files->open(path, OpenMode::truncate)->append(text); }
  void rotate() { files->rename(path, path + ".1"); }
  dstream::ReceiverStatus status() const { return source->status(); }

  scratch::Directory directory;
  std::string path = directory / "log";
  std::shared_ptr<FileSystem> files = FileSystem::system();
  std::shared_ptr<dstream::testing::FaultInjectingFileSystem> faulty =
      std::make_shared<dstream::testing::FaultInjectingFileSystem>(files);
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  source_probe::FakeHost host{false, clock};
  std::optional<TailSource> source;
};

}  // namespace

TEST_CASE("a followed file gives what comes after the start, or all of it", "[tail]") {
  const bool from_beginning = GENERATE(false, true);
  Rig rig({.from_beginning = from_beginning});
  rig.append("old\n");
  rig.start();
  CHECK(rig.take() == (from_beginning ? Lines{"old"} : Lines{}));
  rig.append("one\r\ntwo\nthr");
  CHECK(rig.look_and_take() == Lines{"one", "two"});
  CHECK(rig.look_and_take().empty());
  rig.append("ee\n");
  CHECK(rig.look_and_take() == Lines{"three"});
  CHECK(rig.status().connected);
  CHECK(rig.status().connects == 1);
}

TEST_CASE("a file that is not there yet is waited for and read whole", "[tail]") {
  Rig rig;
  rig.start();
  rig.look();
  CHECK(rig.status().failures == 1);
  CHECK(jobs::contains(rig.status().last_error, "there is no file"));
  rig.append("first\n");
  CHECK(rig.look_and_take() == Lines{"first"});
}

TEST_CASE("rotation: the old file is read to its end first", "[tail]") {
  Rig rig;
  rig.append("");
  rig.start();
  rig.append("a1\n");
  CHECK(rig.look_and_take() == Lines{"a1"});
  rig.append("a2\nunfin");
  rig.rotate();
  rig.append("b1\n");
  CHECK(rig.look_and_take() == Lines{"a2"});
  // Its writer has not noticed yet.
  rig.files->open(rig.path + ".1", OpenMode::append)->append("ished\na3");
  CHECK(rig.look_and_take() == Lines{"unfinished"});
  // A whole interval without news: what had no end is complete now, and the new file's turn comes.
  CHECK(rig.look_and_take() == Lines{"a3", "b1"});
  rig.append("b2\n");
  CHECK(rig.look_and_take() == Lines{"b2"});
  CHECK(rig.status().connects == 2);
  CHECK(rig.status().dropped_unfinished == 0);
}

TEST_CASE("a file that is renamed away is followed until another one appears", "[tail]") {
  Rig rig;
  rig.append("");
  rig.start();
  rig.rotate();
  rig.files->open(rig.path + ".1", OpenMode::append)->append("late\n");
  CHECK(rig.look_and_take() == Lines{"late"});
  rig.append("new\n");
  CHECK(rig.look_and_take().empty());
  CHECK(rig.look_and_take() == Lines{"new"});
}

TEST_CASE("a file that is removed while it is followed is read to its end", "[tail]") {
  Rig rig;
  rig.append("");
  rig.start();
  rig.append("last words\n");
  rig.files->remove(rig.path);
  CHECK(rig.look_and_take() == Lines{"last words"});
  rig.append("reborn\n");
  rig.look();
  CHECK(rig.look_and_take() == Lines{"reborn"});
}

TEST_CASE("truncation: the file is begun anew", "[tail]") {
  Rig rig({.from_beginning = true});
  rig.append("one\ntwo\nhalf");
  rig.start();
  CHECK(rig.take() == Lines{"one", "two"});
  rig.replace("new\n");
  CHECK(rig.look_and_take() == Lines{"new"});
  CHECK(rig.status().truncations == 1);
  CHECK(rig.status().dropped_unfinished == 1);
  rig.replace("");
  CHECK(rig.look_and_take().empty());
  rig.append("again\n");
  CHECK(rig.look_and_take() == Lines{"again"});
  CHECK(rig.status().truncations == 2);
}

TEST_CASE("lines of any bytes; overlong ones are dropped, also without end", "[tail]") {
  Rig rig({}, {.max_line_bytes = 300});
  rig.append("");
  rig.start();
  rig.append(std::string("\0\xff\xc0 x\n", 6));
  CHECK(rig.look_and_take() == Lines{std::string("\0\xff\xc0 x", 5)});
  for (int i = 0; i < 100; ++i) {
    rig.append(std::string(10, 'x'));
    rig.look();
  }
  CHECK(rig.status().dropped_overlong == 1);
  rig.append("\nnext\n");
  CHECK(rig.look_and_take() == Lines{"next"});
}

TEST_CASE("a large file comes in pieces within the bound", "[tail]") {
  Rig rig({.from_beginning = true}, {.receiver_capacity_bytes = 64 << 10});
  constexpr std::size_t kLines = 20'000;
  std::string text;
  for (std::size_t i = 0; i < kLines; ++i) text += "a line that is followed\n";
  rig.append(text);
  rig.source->start(rig.host);
  std::size_t lines = 0;
  while (lines < kLines) {
    CHECK(rig.status().held_bytes <= 4 * (64 << 10));
    lines += rig.take().size();
  }
  CHECK(lines == kLines);
}

TEST_CASE("an error of the file system is told, and the file is read on at the next look",
          "[tail]") {
  Rig rig({.from_beginning = true});
  rig.append("one\n");
  // One look makes four calls before it reads: two for the name, one to open; then size and read.
  const int failing_call = GENERATE(1, 2, 3, 4, 5, 6);
  rig.faulty->fail_call(static_cast<std::uint64_t>(failing_call));
  rig.start();
  Lines lines = rig.take();
  CHECK(rig.status().failures == 1);
  CHECK(jobs::contains(rig.status().last_error, "injected fault"));
  rig.append("two\n");
  for (auto& line : rig.look_and_take()) lines.push_back(line);
  CHECK(lines == Lines{"one", "two"});
}

TEST_CASE("a decoder that throws loses what it was given, up to the end of the line", "[tail]") {
  Rig rig({}, {}, decoders::parts(decoders::Lines()));
  rig.append("");
  rig.start();
  rig.append("kept\nboom\nlost\nhalf");
  rig.look();
  rig.append(" of a line\nnext\n");
  rig.look();
  CHECK(rig.take<std::string>() == Lines{"kept", "next"});
  CHECK(rig.status().decoder_errors == 1);
}

TEST_CASE("what cannot be followed is refused", "[tail]") {
  dstream::StreamingContext ssc(jobs::by_hand());
  CHECK(jobs::code_of([&] { ssc.tail_stream(""); }) == dstream::Errc::invalid_argument);
  CHECK(jobs::code_of([&] { ssc.tail_stream("log", {.poll_interval = 0ms}); }) ==
        dstream::Errc::invalid_argument);
  const scratch::Directory directory;
  ssc.tail_stream(directory.path).count().print();
  ssc.start();
  const dstream::Error error = jobs::error_of([&] { ssc.await_termination(); });
  CHECK(jobs::contains(error.what(), "is a directory; name a file"));
}
