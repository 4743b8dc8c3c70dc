#include <dstream/testing/fault_injecting_file_system.h>

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/disk_cache.h"
#include "support/jobs.h"
#include "support/scratch.h"

using namespace dstream;
using disk_cache::files_in;
using disk_cache::with_disk;
using jobs::contains;

namespace {

/// A type that the library cannot encode.
class Sealed {
 public:
  explicit Sealed(int value = 0) : value_(value) {}
  int value() const { return value_; }

 private:
  int value_;
};

Options either_runner() {
  return GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(2, 2);
}

/// Every kept batch of `stream`, collected.
template <class T>
std::map<std::int64_t, std::vector<Owned<T>>> kept_of(const DStream<T>& stream) {
  std::map<std::int64_t, std::vector<Owned<T>>> batches;
  for (const auto& [time, rdd] : stream.slice(Time(0), Time(INT64_MAX))) {
    batches[time.ms() / 1000] = rdd.collect();
  }
  return batches;
}

using Ints = std::map<std::int64_t, std::vector<int>>;

}  // namespace

TEST_CASE("a persisted stream is computed once and put at rest once", "[persist]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::atomic<int> computed{0};
  const auto kept = numbers
                        .map([&](int x) {
                          ++computed;
                          return 10 * x;
                        })
                        .persist();
  auto a = testing::capture(kept.transform([](const Rdd<int>& rdd) { return rdd; }));
  auto b = testing::capture(kept.map([](int x) { return x + 1; }));
  auto c = testing::capture(kept);
  kept.foreach_rdd([](const Rdd<int>& rdd) { rdd.count(); });
  testing::BatchDriver driver(ssc);
  queue.push_blocks({{1, 2}, {3}});
  driver.run_batch();
  CHECK(computed == 3);
  CHECK(a.last() == std::vector<int>{10, 20, 30});
  CHECK(b.last() == std::vector<int>{11, 21, 31});
  CHECK(c.last() == std::vector<int>{10, 20, 30});
  CHECK(kept_of(kept) == Ints{{1, {10, 20, 30}}});
  CHECK(computed == 3);
  CHECK(ssc.memory().cached > 0);
}

TEST_CASE("batches are kept as long as the context remembers", "[persist]") {
  struct Case {
    std::vector<int> remember_seconds;
    std::size_t kept;
  };
  const auto cases = std::vector<Case>{{{}, 1}, {{1}, 1}, {{2}, 2}, {{3, 2}, 3}, {{2, 5}, 5}};
  const scratch::Directory directory;
  const StorageLevel level = GENERATE(StorageLevel::memory, StorageLevel::memory_and_disk);
  const std::size_t memory = GENERATE(std::size_t{0}, std::size_t{1} << 20);
  for (const Case& c : cases) {
    StreamingContext ssc(with_disk(jobs::by_hand(), directory, memory));
    for (const int s : c.remember_seconds) ssc.remember(std::chrono::seconds(s));
    auto [queue, numbers] = ssc.queue_stream<int>();
    numbers.persist(level);
    numbers.for_each([](int) {});
    testing::BatchDriver driver(ssc);
    Ints expected;
    for (int i = 1; i <= 7; ++i) {
      queue.push({i, -i});
      driver.run_batch();
      expected[i] = {i, -i};
      if (expected.size() > c.kept) expected.erase(expected.begin());
      CHECK(kept_of(numbers) == expected);
    }
    const bool on_disk = level == StorageLevel::memory_and_disk && memory == 0;
    // What is forgotten leaves the disk with the next batch.
    CHECK(files_in(directory) == (on_disk ? c.kept + 1 : 0));
    ssc.stop();
    CHECK(files_in(directory) == 0);
    CHECK(ssc.memory().cached == 0);
  }
}

TEST_CASE("every level gives back what it was given", "[persist]") {
  const scratch::Directory directory;
  const auto level = GENERATE(StorageLevel::memory, StorageLevel::memory_and_disk,
                              StorageLevel::memory_2, StorageLevel::memory_and_disk_2);
  const std::size_t memory = GENERATE(std::size_t{0}, std::size_t{1} << 30);
  StreamingContext ssc(with_disk(jobs::on_executors(2, 2), directory, memory));
  ssc.remember(std::chrono::seconds(10));
  auto [a, texts] = ssc.queue_stream<std::string_view>();
  auto [b, pairs] = ssc.queue_stream<std::pair<std::string, double>>();
  auto words = texts.flat_map(split(' ')).persist(level);
  pairs.persist(level);
  auto out = testing::capture(words);
  pairs.for_each([](const auto&) {});
  testing::BatchDriver driver(ssc);
  a.push_blocks({{"to be or", ""}, {"not to be"}});
  b.push({{"x", 0.5}, {std::string(1000, 'y'), -1}});
  driver.run_batch();
  driver.run_batch();
  CHECK(kept_of(words) == std::map<std::int64_t, std::vector<std::string>>{
                              {1, {"to", "be", "or", "not", "to", "be"}}, {2, {}}});
  CHECK(kept_of(pairs).at(1) ==
        std::vector<std::pair<std::string, double>>{{"x", 0.5}, {std::string(1000, 'y'), -1}});
  // In the blocks, and so in the slices, that they had.
  std::vector<std::size_t> sizes;
  words.slice(Time(0), Time(1'000'000'000)).front().second.for_each_partition([&](auto records) {
    sizes.push_back(records.size());
  });
  CHECK(sizes == std::vector<std::size_t>{3, 3});
  // Two streams with two batches each; an empty batch takes a file, too, where it takes memory.
  const bool on_disk = uses_disk(level) && memory == 0;
  CHECK((files_in(directory) > 0) == on_disk);
  CHECK((ssc.memory().cached == 0) == on_disk);
}

TEST_CASE("a level with a copy holds the records twice", "[persist]") {
  std::vector<std::size_t> cached;
  for (const StorageLevel level : {StorageLevel::memory, StorageLevel::memory_2}) {
    StreamingContext ssc(jobs::on_executors(2, 1));
    auto [queue, numbers] = ssc.queue_stream<int>();
    numbers.persist(level);
    numbers.for_each([](int) {});
    testing::BatchDriver driver(ssc);
    queue.push(jobs::numbers(0, 10'000));
    driver.run_batch();
    cached.push_back(ssc.memory().cached);
  }
  CHECK(cached[0] >= 40'000);
  CHECK(cached[1] >= 80'000);
}

TEST_CASE("beyond the bound the oldest batches go to files", "[persist]") {
  const scratch::Directory directory;
  const std::size_t bound = 100'000;
  StreamingContext ssc(with_disk(either_runner(), directory, bound));
  ssc.remember(std::chrono::seconds(100));
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.persist(StorageLevel::memory_and_disk);
  numbers.for_each([](int) {});
  testing::BatchDriver driver(ssc);
  Ints expected;
  for (int i = 1; i <= 10; ++i) {
    expected[i] = jobs::numbers(100 * i, 5'000);  // 20 kB and a little
    queue.push(expected[i]);
    driver.run_batch();
    CHECK(ssc.memory().cached <= bound);
    CHECK(ssc.memory().total() >= ssc.memory().cached);
  }
  CHECK(ssc.memory().cached > bound / 2);
  // Three or four of ten stay in memory, by how vectors grow.
  CHECK(files_in(directory) >= 6);
  CHECK(files_in(directory) <= 7);
  CHECK(kept_of(numbers) == expected);
}

TEST_CASE("an Rdd of a batch outlives the batch", "[persist]") {
  const scratch::Directory directory;
  StreamingContext ssc(with_disk(jobs::by_hand(), directory, 0));
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.persist(StorageLevel::memory_and_disk);
  numbers.for_each([](int) {});
  testing::BatchDriver driver(ssc);
  queue.push({1, 2});
  driver.run_batch();
  const Rdd<int> first = numbers.slice(Time(0), Time(INT64_MAX)).front().second;
  driver.run_batches(3);
  CHECK(kept_of(numbers) == Ints{{4, {}}});
  CHECK(first.collect() == std::vector<int>{1, 2});
}

TEST_CASE("what cannot be kept is refused", "[persist]") {
  const scratch::Directory directory;
  struct Case {
    StorageLevel level;
    std::uint32_t executors;
    bool directory;
    bool sealed;
    Errc code;
    const char* says;
  };
  const std::vector<Case> cases = {
      {StorageLevel::memory_2, 1, true, false, Errc::invalid_argument, "executors to 2 or more"},
      {StorageLevel::memory_and_disk_2, 1, true, false, Errc::invalid_argument, "one executor"},
      {StorageLevel::memory_and_disk, 1, false, false, Errc::invalid_argument, "cache_directory"},
      {StorageLevel::memory_and_disk, 1, true, true, Errc::missing_codec, "Sealed"},
      {StorageLevel::memory_and_disk_2, 2, true, true, Errc::missing_codec, "dstream::Codec"},
  };
  for (const Case& c : cases) {
    Options options = jobs::on_executors(c.executors, 1);
    if (c.directory) options.cache_directory = directory / "cache";
    StreamingContext ssc(options);
    auto [queue, numbers] = ssc.queue_stream<int>();
    const auto check = [&](const auto& stream, const auto& rdd) {
      const unsigned line = __LINE__ + 1;
      stream.persist(c.level);
      stream.for_each([](const auto&) {});
      const Error at_start = jobs::error_of([&] { ssc.start(); });
      CHECK(at_start.where().value().line() == line);
      CHECK(contains(at_start.what(), "hard to keep"));
      const Error at_call = jobs::error_of([&] { rdd.persist(c.level).count(); });
      for (const Error& error : {at_start, at_call}) {
        CHECK(error.code() == c.code);
        CHECK(error.operation() == "persist");
        CHECK(contains(error.what(), c.says));
      }
    };
    const auto rdd = ssc.parallelize(std::vector{1});
    if (c.sealed) {
      const auto seal = [](int x) { return Sealed(x); };
      check(numbers.map(seal).named("hard to keep"), rdd.map(seal));
    } else {
      check(numbers.map([](int x) { return x; }).named("hard to keep"), rdd);
    }
  }
}

TEST_CASE("in memory any type that owns its data can be kept", "[persist]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  const auto sealed = numbers.map([](int x) { return Sealed(x); }).cache();
  sealed.for_each([](const Sealed&) {});
  testing::BatchDriver driver(ssc);
  queue.push({4});
  driver.run_batch();
  CHECK(kept_of(sealed).at(1).front().value() == 4);
}

TEST_CASE("persist and remember are parts of the plan", "[persist]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.persist();
  numbers.cache();  // the same level: nothing to do
  const Error other = jobs::error_of([&] { numbers.persist(StorageLevel::memory_2); });
  CHECK(other.code() == Errc::invalid_argument);
  CHECK(contains(other.what(), "another storage level"));
  CHECK(jobs::code_of([&] { ssc.remember(Duration(0)); }) == Errc::invalid_argument);
  CHECK(jobs::code_of([&] { ssc.start(); }) == Errc::no_output);  // keeping is no output
  numbers.for_each([](int) {});
  ssc.start();
  CHECK(jobs::code_of([&] { numbers.persist(); }) == Errc::illegal_state);
  CHECK(jobs::code_of([&] { numbers.cache(); }) == Errc::illegal_state);
  CHECK(jobs::code_of([&] { ssc.remember(std::chrono::seconds(1)); }) == Errc::illegal_state);
}

TEST_CASE("a full disk fails the batch and loses nothing", "[persist]") {
  const scratch::Directory directory;
  const auto files = std::make_shared<testing::FaultInjectingFileSystem>(directory.files);
  const bool for_ever = GENERATE(false, true);
  Options options = with_disk(either_runner(), directory, 0);
  options.file_system = files;
  StreamingContext ssc(options);
  ssc.remember(std::chrono::seconds(10));
  auto [queue, numbers] = ssc.queue_stream<int>();
  const unsigned line = __LINE__ + 1;
  numbers.persist(StorageLevel::memory_and_disk);
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  queue.push({2});
  if (!for_ever) {
    files->fail_call(2, 5);  // opening succeeds, writing does not
    driver.run_batch();      // the next attempt does
    CHECK(out.infos().back().failed_attempts == 1);
    CHECK(kept_of(numbers) == Ints{{1, {1}}, {2, {2}}});
    CHECK(files_in(directory) == 2);  // nothing half written is left
    return;
  }
  const Rdd<int> first = numbers.slice(Time(0), Time(INT64_MAX)).front().second;
  files->set_disk_full(true);
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(error.operation() == "persist");
  CHECK(error.where().value().line() == line);
  CHECK(error.batch_time() == Time(2'000'000'000));
  CHECK(contains(error.what(), "cannot be kept on disk"));
  CHECK(contains(error.what(), "injected fault"));
  CHECK(contains(error.what(), "make room in Options::cache_directory"));
  CHECK(out.size() == 1);  // no COMMIT, so no results of a batch that could not be kept
  CHECK(ssc.state() == ContextState::stopped);
  CHECK(files_in(directory) == 0);
}

TEST_CASE("a damaged file is noticed; a copy stands in for it", "[persist]") {
  const scratch::Directory directory;
  const bool copy = GENERATE(false, true);
  const bool removed = GENERATE(false, true);
  StreamingContext ssc(with_disk(jobs::on_executors(2, 1), directory, 0));
  auto [queue, words] = ssc.queue_stream<std::string>();
  words.persist(copy ? StorageLevel::memory_and_disk_2 : StorageLevel::memory_and_disk);
  words.for_each([](const std::string&) {});
  testing::BatchDriver driver(ssc);
  queue.push({"one", "two"});
  driver.run_batch();
  const auto names = directory.files->list(directory / "cache");
  REQUIRE(names.size() == (copy ? 2 : 1));
  const std::string path = directory / "cache" + "/" + names.front().name;
  std::string bytes = scratch::content(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  if (removed) {
    directory.files->remove(path);
  } else {
    directory.files->open(path, OpenMode::truncate)->append(bytes);
  }
  if (copy) {
    CHECK(kept_of(words).at(1) == std::vector<std::string>{"one", "two"});
    return;
  }
  const Error error = jobs::error_of([&] { kept_of(words); });
  CHECK(error.code() == (removed ? Errc::io : Errc::corrupt_data));
  CHECK(contains(error.what(), path));
}

TEST_CASE("a function that holds its own stream leaves no context behind", "[persist]") {
  std::weak_ptr<detail::JobRunner> context;
  {
    StreamingContext ssc(jobs::by_hand());
    context = ssc.impl().handle();
    auto [queue, numbers] = ssc.queue_stream<int>();
    numbers.persist();
    std::size_t kept = 0;
    numbers.foreach_rdd([&kept, numbers = numbers](const Rdd<int>&) {
      kept = numbers.slice(Time(0), Time(INT64_MAX)).size();
    });
    testing::BatchDriver driver(ssc);
    driver.run_batches(2);
    CHECK(kept == 1);
  }
  CHECK(context.expired());
}
