#include <dstream/detail/object_file.h>
#include <dstream/error.h>
#include <dstream/testing/fault_injecting_file_system.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crc32c.h"
#include "support/catch.h"
#include "support/scratch.h"

using namespace dstream;
using detail::ObjectFileReader;
using detail::ObjectFileWriter;

namespace {

struct Bid {
  std::string user;
  std::int64_t price = 0;
  bool operator==(const Bid&) const = default;
};

template <class T>
void write(const std::string& path, const std::vector<T>& records) {
  ObjectFileWriter writer(FileSystem::system()->open(path, OpenMode::create_new),
                          type_name<Owned<T>>());
  for (const T& record : records) writer.write(record);
  writer.finish(true);
}

template <class T>
std::vector<T> read(const std::string& path) {
  ObjectFileReader reader(*FileSystem::system(), path, type_name<T>());
  std::vector<T> records;
  T record;
  while (reader.next(record)) records.push_back(record);
  CHECK_FALSE(reader.next(record));
  return records;
}

/// What reading fails with, or "" where it does not.
std::string error_of_reading(const std::string& path) {
  try {
    read<std::string>(path);
  } catch (const Error& error) {
    return to_string(error.code());
  }
  return "";
}

void overwrite(const std::string& path, const std::string& bytes) {
  FileSystem::system()->open(path, OpenMode::truncate)->append(bytes);
}

}  // namespace

TEST_CASE("CRC-32C gives the sums of RFC 3720") {
  CHECK(detail::crc32c("") == 0);
  CHECK(detail::crc32c("123456789") == 0xe3069283);
  CHECK(detail::crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(detail::crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  CHECK(detail::crc32c("456789", detail::crc32c("123")) == 0xe3069283);
}

TEST_CASE("object files give back what was written") {
  const scratch::Directory dir;
  const std::vector<Bid> bids{{"ann", 5}, {"", -1}, {std::string("a\0b\n", 4), 1LL << 60}};
  write(dir / "bids", bids);
  CHECK(read<Bid>(dir / "bids") == bids);
  write<Bid>(dir / "none", {});
  CHECK(read<Bid>(dir / "none").empty());
  write<std::string_view>(dir / "views", {"one", ""});
  CHECK(read<std::string>(dir / "views") == std::vector<std::string>{"one", ""});
  write<std::pair<std::string_view, int>>(dir / "pairs", {{"x", 1}});
  CHECK(read<std::pair<std::string, int>>(dir / "pairs").front() == std::pair(std::string("x"), 1));
}

TEST_CASE("object files hold many records and long ones") {
  const scratch::Directory dir;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 20'000; ++i) texts.push_back(std::string(i % 97, 'x'));
  for (std::size_t size : {255'990U, 256'000U, 262'136U, 262'144U, 3'000'000U}) {
    texts.push_back(std::string(size, 'y'));
    texts.push_back("short");
  }
  write(dir / "texts", texts);
  CHECK(read<std::string>(dir / "texts") == texts);
}

TEST_CASE("an object file of another type is refused by name") {
  const scratch::Directory dir;
  write<std::string>(dir / "f", {"a"});
  try {
    read<int>(dir / "f");
    FAIL("it was read");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(std::string(error.what()).find("string, not of int") != std::string::npos);
  }
}

TEST_CASE("every cut and every flipped bit of an object file is noticed") {
  const scratch::Directory dir;
  write<std::string>(dir / "good", {"one", "two"});
  const std::string good = scratch::content(dir / "good");
  for (std::size_t size = 0; size < good.size(); ++size) {
    overwrite(dir / "bad", good.substr(0, size));
    INFO("cut to " << size);
    CHECK(error_of_reading(dir / "bad") == "corrupt_data");
  }
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    overwrite(dir / "bad", bad);
    INFO("bit " << bit);
    CHECK(error_of_reading(dir / "bad") == "corrupt_data");
  }
  overwrite(dir / "bad", good + "x");
  CHECK(error_of_reading(dir / "bad") == "corrupt_data");
}

TEST_CASE("an object file that cannot be written says why") {
  const scratch::Directory dir;
  testing::FaultInjectingFileSystem files(dir.files);
  ObjectFileWriter writer(files.open(dir / "f", OpenMode::create_new), type_name<int>());
  writer.write(1);
  files.fail_call(1, 3);
  CHECK_THROWS_AS(writer.finish(true), Error);
  CHECK_THROWS_AS(ObjectFileReader(*dir.files, dir / "f", type_name<int>()), Error);
}
