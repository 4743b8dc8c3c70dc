// Results as files: a directory per batch, which appears whole once the batch is committed.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

struct Order {
  std::string item;
  int count;
  double price;
};

void show(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    std::printf("%s\n", std::filesystem::relative(path, directory).c_str());
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) std::printf("  %s\n", line.c_str());
  }
}

int main() {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("dstream_170_" + std::to_string(std::rand()));
  const std::string prefix = (directory / "orders").string();

  // Batches by hand, at times that are known; a service would have a batch interval.
  const auto clock = std::make_shared<dstream::testing::ManualClock>();
  dstream::StreamingContext ssc(dstream::testing::inline_options(clock));
  auto [queue, orders] = ssc.queue_stream<Order>();

  orders.map([](const Order& o) { return std::pair(o.item, o.count); })
      .save_as_text_files(prefix, "txt", {.skip_empty = true});
  orders.save_as_csv_files(prefix, "csv", {.skip_empty = true});
  // A full disk costs these files, and nothing else.
  orders.save_as_ndjson_files(prefix, "json",
                              {.on_failure = dstream::OutputFailure::skip, .skip_empty = true});

  dstream::testing::BatchDriver driver(ssc);
  queue.push({{"nut", 3, 0.25}, {"2\" bolt", 1, 1.5}});
  driver.run_batch();
  driver.run_batch();  // nothing to save
  queue.push({{"washer, thin", 100, 0.01}});
  driver.run_batch();
  ssc.stop();

  show(directory);
  std::filesystem::remove_all(directory);
}
