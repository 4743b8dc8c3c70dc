#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/disk_cache.h"
#include "support/jobs.h"
#include "support/scratch.h"

using namespace dstream;
using disk_cache::files_in;
using disk_cache::with_disk;

TEST_CASE("a cached Rdd is computed by its first action", "[persist]") {
  const scratch::Directory directory;
  const auto level = GENERATE(StorageLevel::memory, StorageLevel::memory_and_disk,
                              StorageLevel::memory_2, StorageLevel::memory_and_disk_2);
  StreamingContext ssc(with_disk(jobs::on_executors(2, 2), directory, 0));
  std::atomic<int> computed{0};
  {
    const Rdd<std::string> kept = ssc.parallelize(jobs::numbers(0, 10), 3)
                                      .map([&](int x) {
                                        ++computed;
                                        return std::to_string(x);
                                      })
                                      .persist(level);
    const Rdd<std::string> derived = kept.filter([](const std::string& s) { return s > "4"; });
    CHECK(computed == 0);
    CHECK(derived.count() == 5);
    CHECK(kept.count() == 10);
    CHECK(kept.union_with(kept).collect().size() == 20);
    CHECK(computed == 10);
    CHECK(files_in(directory) == (uses_disk(level) ? copies_of(level) : 0));
    CHECK((ssc.memory().cached > 0) == !uses_disk(level));
  }
  CHECK(ssc.memory().cached == 0);
  CHECK(files_in(directory) == 0);
}

TEST_CASE("a cached Rdd with damaged files is computed again", "[persist]") {
  const scratch::Directory directory;
  StreamingContext ssc(with_disk(jobs::by_hand(), directory, 0));
  std::atomic<int> computed{0};
  const Rdd<int> kept = ssc.parallelize(jobs::numbers(0, 3))
                            .map([&](int x) {
                              ++computed;
                              return x;
                            })
                            .persist(StorageLevel::memory_and_disk);
  CHECK(kept.count() == 3);
  const std::string path =
      directory / "cache" + "/" + directory.files->list(directory / "cache").front().name;
  directory.files->open(path, OpenMode::truncate)->append("nonsense");
  CHECK(kept.collect() == jobs::numbers(0, 3));
  CHECK(computed == 6);
  CHECK(kept.collect() == jobs::numbers(0, 3));
  CHECK(computed == 6);
}

TEST_CASE("a cached Rdd that fails is computed by the next action", "[persist]") {
  StreamingContext ssc(jobs::by_hand());
  std::atomic<bool> fails{true};
  const Rdd<int> kept = ssc.parallelize(std::vector{1})
                            .map([&](int x) {
                              if (fails) throw std::runtime_error("not now");
                              return x;
                            })
                            .cache();
  CHECK(jobs::code_of([&] { kept.count(); }) == Errc::task_failed);
  fails = false;
  CHECK(kept.count() == 1);
}
