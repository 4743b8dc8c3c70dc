// A live word count: a line per batch with its figures and its most frequent words.
//
//   020_live_word_count --host H --port P [--seconds N]
//
// Ends after N seconds, or when it gets SIGINT or SIGTERM: everything received is still counted.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <algorithm>
#include <string>
#include <vector>

#include <dstream/dstream.h>

using namespace std::chrono_literals;
using dstream::BatchInfo;
using dstream::Duration;
using dstream::Rdd;
using dstream::Time;
using WordCount = std::pair<std::string, std::int64_t>;

namespace {

constexpr std::size_t kTopWords = 5;

struct Arguments {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9999;
  double seconds = 0;  // 0: until a signal
};

/// What has been counted so far; only the function given to foreach_rdd changes it.
struct Totals {
  std::uint64_t batches = 0;
  std::uint64_t records = 0;
};

[[noreturn]] void usage() {
  std::fprintf(stderr, "usage: 020_live_word_count --host H --port P [--seconds N]\n");
  std::exit(2);
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const char* const value = argv[i + 1];
    char* end = nullptr;
    if (name == "--host") {
      arguments.host = value;
      continue;
    }
    const double number = std::strtod(value, &end);
    if (end == value || *end != '\0' || number < 0) usage();
    if (name == "--port" && number <= 65535) {
      arguments.port = static_cast<std::uint16_t>(number);
    } else if (name == "--seconds") {
      arguments.seconds = number;
    } else {
      usage();
    }
  }
  if (argc % 2 == 0) usage();
  return arguments;
}

std::string time_of_day(Time time) {
  const std::time_t seconds = time.ns() / 1'000'000'000;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M:%S", &parts);
  return text;
}

std::string top_words(std::vector<WordCount> counts) {
  const std::size_t shown = std::min(kTopWords, counts.size());
  std::partial_sort(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(shown),
                    counts.end(), [](const WordCount& a, const WordCount& b) {
                      return a.second != b.second ? a.second > b.second : a.first < b.first;
                    });
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += "  ";
    text += counts[i].first + ' ' + std::to_string(counts[i].second);
  }
  return text;
}

/// Called once per batch, on the context's driver thread. The figures know when the batch's first
/// task began; what it has taken since then is its processing time up to here.
void show(const Rdd<WordCount>& counts, Time time, const BatchInfo& info, Totals& totals) {
  const std::string top = top_words(counts.collect());
  const Time now = dstream::Clock::system()->now();
  const Duration processing = now - info.processing_start.value_or(now);
  std::printf("%-8s  %9llu  %8.2f ms  %s\n", time_of_day(time).c_str(),
              static_cast<unsigned long long>(info.records),
              static_cast<double>(processing.count()) / 1e6, top.c_str());
  std::fflush(stdout);
  ++totals.batches;
  totals.records += info.records;
}

double seconds_since(Duration start) {
  return static_cast<double>((dstream::Clock::system()->monotonic() - start).count()) / 1e9;
}

/// Waits for SIGINT or SIGTERM, for the end of the time, or until the context has failed.
void wait_for_end(const dstream::StreamingContext& ssc, const sigset_t& signals, Duration start,
                  double seconds) {
  const timespec step{0, 100'000'000};
  while (sigtimedwait(&signals, nullptr, &step) < 0) {
    if (ssc.state() == dstream::ContextState::stopped) return;
    if (seconds > 0 && seconds_since(start) >= seconds) return;
  }
}

void run(const Arguments& arguments) {
  // Blocked before start(), so that the context's threads never see them either.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Totals totals;
  dstream::StreamingContext ssc({.app_name = "live-word-count", .batch_interval = 1s});
  ssc.socket_text_stream(arguments.host, arguments.port)
      .flat_map(dstream::split(' '))
      .count_by_value()
      .foreach_rdd([&totals](const Rdd<WordCount>& counts, Time time, const BatchInfo& info) {
        show(counts, time, info, totals);
      });

  std::printf("%-8s  %9s  %11s  %s\n", "time", "records", "processing", "top words");
  std::fflush(stdout);
  const Duration start = dstream::Clock::system()->monotonic();
  ssc.start();
  wait_for_end(ssc, signals, start, arguments.seconds);
  const double seconds = seconds_since(start);
  ssc.stop(dstream::StopMode::graceful);
  ssc.await_termination();  // throws what stopped the context, if that was an error

  std::printf("%llu batches, %llu records in %.1f s, %.0f records/s\n",
              static_cast<unsigned long long>(totals.batches),
              static_cast<unsigned long long>(totals.records), seconds,
              static_cast<double>(totals.records) / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
  } catch (const dstream::Error& error) {
    std::fprintf(stderr, "020_live_word_count: %s\n", error.what());
    return 1;
  }
}
