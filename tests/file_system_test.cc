#include <dstream/error.h>
#include <dstream/file_system.h>
#include <dstream/random.h>
#include <dstream/testing/fault_injecting_file_system.h>

#include <array>
#include <filesystem>
#include <set>

#include "support/catch.h"

namespace {

using dstream::Errc;
using dstream::Error;
using dstream::FileSystem;
using dstream::OpenMode;
using dstream::Random;
using dstream::testing::FaultInjectingFileSystem;

/// A directory of its own for a test, removed at the end.
struct Scratch {
  Scratch() { files->create_directories(path); }
  ~Scratch() { std::filesystem::remove_all(path); }
  std::string operator/(const char* name) const { return path + "/" + name; }

  std::shared_ptr<FileSystem> files = FileSystem::system();
  std::string path = (std::filesystem::temp_directory_path() /
                      ("dstream_test_" + std::to_string(Random::system()->next_u64())))
                         .string();
};

std::string content(FileSystem& files, const std::string& path) {
  std::string text(100, '#');
  text.resize(files.open(path, OpenMode::read)->read_at(0, text));
  return text;
}

template <class Call>
std::string io_error(Call call) {
  try {
    call();
  } catch (const Error& error) {
    if (error.code() == Errc::io) return error.what();
  }
  return "no Errc::io";
}

/// Whether `call` fails with Errc::io and a message that has `part` in it.
template <class Call>
bool fails_with(const std::string& part, Call call) {
  return io_error(call).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("files are appended to, read, cut and renamed") {
  Scratch scratch;
  FileSystem& files = *scratch.files;
  const std::string path = scratch / "log";
  {
    const auto file = files.open(path, OpenMode::create_new);
    file->append("alpha ");
    file->append("beta");
    file->sync();
    CHECK(file->size() == 10);
    std::array<char, 4> part{};
    CHECK(file->read_at(8, part) == 2);
    CHECK(file->read_at(10, part) == 0);
    file->truncate(5);
    file->append("!");
  }
  CHECK(content(files, path) == "alpha!");
  files.open(path, OpenMode::append)->append("?");
  files.rename(path, scratch / "new");
  files.sync_directory(scratch.path);
  CHECK(content(files, scratch / "new") == "alpha!?");
  files.open(scratch / "new", OpenMode::truncate)->append("x");
  CHECK(content(files, scratch / "new") == "x");
}

TEST_CASE("directories are made, listed and looked at") {
  Scratch scratch;
  FileSystem& files = *scratch.files;
  files.create_directories(scratch / "a/b/c/");
  files.create_directories(scratch / "a/b/c");
  files.open(scratch / "a/z", OpenMode::append)->append("123");
  files.open(scratch / "a/.hidden", OpenMode::append);
  const auto entries = files.list(scratch / "a");
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].name == ".hidden");
  CHECK(entries[1].name == "b");
  CHECK(entries[1].is_directory);
  CHECK(entries[2].name == "z");
  CHECK(entries[2].size == 3);
  CHECK(entries[2].modified > dstream::Time(0));
  CHECK(files.info(scratch / "a/z")->name == "z");
  CHECK(files.info(scratch / "a/b/")->name == "b");
  CHECK_FALSE(files.info(scratch / "none").has_value());
  CHECK_FALSE(files.info(scratch / "a/z/below").has_value());
  CHECK(files.remove(scratch / "a/z"));
  CHECK_FALSE(files.remove(scratch / "a/z"));
  CHECK(files.remove(scratch / "a/b/c"));
}

TEST_CASE("errors name the path and the reason") {
  Scratch scratch;
  FileSystem& files = *scratch.files;
  const std::string none = scratch / "none";
  CHECK(fails_with(none + ": No such file", [&] { files.open(none, OpenMode::read); }));
  CHECK(fails_with(none, [&] { files.list(none); }));
  CHECK(fails_with(none, [&] { files.rename(none, none); }));
  CHECK(fails_with(none, [&] { files.sync_directory(none); }));
  files.open(none, OpenMode::append);
  CHECK(fails_with("exists", [&] { files.open(none, OpenMode::create_new); }));
  CHECK(fails_with(none, [&] { files.create_directories(none + "/x"); }));
  CHECK(fails_with(none, [&] { files.open(none, OpenMode::read)->append("x"); }));
  files.create_directories(scratch / "full/inner");
  CHECK(fails_with("full", [&] { files.remove(scratch / "full"); }));
}

TEST_CASE("the chosen call fails, and only that one") {
  Scratch scratch;
  FaultInjectingFileSystem files(scratch.files);
  const auto file = files.open(scratch / "log", OpenMode::append);
  files.fail_call(2);
  file->append("one ");
  CHECK(fails_with("injected", [&] { file->append("two "); }));
  file->append("three ");
  files.fail_call(1, 2);
  CHECK(fails_with("injected", [&] { file->append("four "); }));
  CHECK(content(files, scratch / "log") == "one three fo");
  files.fail_call(1);
  CHECK(fails_with("log", [&] { files.rename(scratch / "log", scratch / "new"); }));
  CHECK_FALSE(files.info(scratch / "new").has_value());
  CHECK(files.calls() == 9);
}

TEST_CASE("what was not synced is lost with the power") {
  Scratch scratch;
  scratch.files->open(scratch / "old", OpenMode::append)->append("old");
  FaultInjectingFileSystem files(scratch.files);
  {
    const auto old = files.open(scratch / "old", OpenMode::append);
    old->append("lost");
    const auto log = files.open(scratch / "log", OpenMode::create_new);
    log->append("kept");
    log->sync();
    files.rename(scratch / "log", scratch / "renamed");
    log->append("lost");
    files.open(scratch / "never", OpenMode::append)->append("lost");
    files.fail_call(1);
    CHECK(fails_with("sync", [&] { log->sync(); }));
  }
  files.drop_unsynced();
  CHECK(content(files, scratch / "old") == "old");
  CHECK(content(files, scratch / "renamed") == "kept");
  CHECK(content(files, scratch / "never").empty());
}

TEST_CASE("seeded numbers repeat, the machine's do not") {
  const auto random = Random::seeded(1234567);
  CHECK(random->next_u64() == 6457827717110365317u);
  CHECK(random->next_u64() == 3203168211198807973u);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(Random::system()->next_u64());
  CHECK(seen.size() == 100);
}
