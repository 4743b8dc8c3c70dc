// CSV files that appear in a directory, read into a struct of your own and summed up batch by batch.
// The program plays the one that delivers them, too: it writes each file under another name and
// renames it, so that none is seen before it is whole.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <dstream/dstream.h>

using namespace std::chrono_literals;

// The names of the fields are the names of the columns, in whatever order those come.
struct Sale {
  std::string product;
  int pieces;
  double price;
  std::optional<std::string> coupon;
};

void deliver(const std::filesystem::path& directory, const std::string& name, const char* text) {
  const auto hidden = directory / ("." + name);
  std::ofstream(hidden) << text;
  std::filesystem::rename(hidden, directory / name);
}

int main() {
  const auto directory =
      std::filesystem::temp_directory_path() / ("dstream_csv_" + std::to_string(std::rand()));
  std::filesystem::create_directory(directory);

  dstream::StreamingContext ssc({.app_name = "csv-files", .batch_interval = 100ms});
  auto revenue =
      ssc.file_stream(directory.string(), dstream::csv<Sale>(),
                      {.new_files_only = false})  // what is there already, too
          .map([](const Sale& sale) { return std::pair(sale.product, sale.pieces * sale.price); })
          .reduce_by_key([](double a, double b) { return a + b; })
          .to_channel();
  ssc.start();

  deliver(directory, "monday.csv",
          "product,pieces,price,coupon\n"
          "pen,2,1.50,\n"
          "\"ruler, 30 cm\",1,4.00,SPRING\n");
  deliver(directory, "tuesday.csv",
          "price,product,till,pieces\r\n"
          "1.50,pen,7,4\r\n");

  double pens = 0;
  double rulers = 0;
  while (pens + rulers < 13) {
    const auto batch = revenue.pop();
    if (!batch) return 1;
    for (const auto& [product, sum] : batch->records) (product == "pen" ? pens : rulers) += sum;
  }
  std::printf("pen %.2f\nruler, 30 cm %.2f\n", pens, rulers);
  ssc.stop();
  std::filesystem::remove_all(directory);
}
