// Batches saved in dstream's own form, with checksums, and read again as the typed data they were.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <dstream/dstream.h>
#include <dstream/object_files.h>
#include <dstream/testing/batch_driver.h>

struct Order {
  std::string item;
  int count;
};

int main() {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("dstream_175_" + std::to_string(std::rand()));

  // Batches by hand, at times that are known; see 040_testing.cc.
  dstream::StreamingContext ssc(
      dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>()));
  auto [queue, orders] = ssc.queue_stream<Order>();
  orders.save_as_object_files((directory / "orders").string());

  dstream::testing::BatchDriver driver(ssc);
  queue.push({{"nut", 3}, {"bolt", 1}});
  driver.run_batch();
  driver.run_batch();

  // A directory per batch, named by its time in milliseconds; a file per partition. A type of
  // another name or form, and a damaged file, are refused with a message.
  const std::string file = (directory / "orders-1000" / "part-00000").string();
  for (const Order& order : ssc.object_file<Order>(file).collect()) {
    std::printf("%s: %d\n", order.item.c_str(), order.count);
  }
  ssc.stop();
  std::filesystem::remove_all(directory);
}
