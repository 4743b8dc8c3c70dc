// Input that cannot be read does not stop a job: it is counted and goes, with the reason, to an output
// of its own. Here a CSV file with three records that are wrong, each in its own way.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>

#include <dstream/dstream.h>

struct Reading {
  std::string sensor;
  double celsius;
};

// Called by the tasks that read, several at a time.
class Rejected final : public dstream::DeadLetterOutput {
 public:
  void put(dstream::DeadLetter letter) override {
    const std::lock_guard lock(mutex_);
    const std::string reason = letter.reason.substr(letter.reason.find(": ") + 2);
    std::printf("rejected: %s [%s]\n", reason.c_str(), letter.payload.c_str());
  }

 private:
  std::mutex mutex_;
};

int main() {
  const auto path =
      std::filesystem::temp_directory_path() / ("dstream_" + std::to_string(std::rand()) + ".csv");
  std::ofstream(path) << "sensor,celsius\n"
                         "roof,21.5\n"
                         "cellar,cold\n"
                         "attic\n"
                         "\"door\"s,3\n"
                         "roof,22.5\n";

  dstream::StreamingContext ssc(
      {.app_name = "dead-letters", .dead_letters = std::make_shared<Rejected>()});
  auto warmest = ssc.files({path.string()}, dstream::csv<Reading>(),
                           {.bad_records = dstream::BadRecords::dead_letter})
                     .map([](const Reading& reading) { return reading.celsius; })
                     .reduce([](double a, double b) { return a > b ? a : b; })
                     .to_channel();
  ssc.start();
  const auto batch = warmest.pop();
  std::printf("warmest: %.1f\n", batch->records.at(0));
  ssc.stop();
  std::filesystem::remove(path);
}
