// Listens on a TCP port; any number of sensors connect and send lines such as "kitchen 21.5".
// Try it: this program in one terminal, `nc 127.0.0.1 PORT` in others; end with Ctrl-C.
#include <csignal>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <dstream/dstream.h>

using namespace std::chrono_literals;

struct Reading {
  std::string sensor;
  double value;
};

// Turns bytes into records. Each client has a copy of its own.
struct ReadingDecoder {
  using Record = Reading;

  // Reads whole lines from the front and says how many bytes it is done with; the rest is handed in
  // again with more behind it. `last`: nothing follows.
  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    std::size_t used = 0;
    for (std::size_t end; (end = bytes.find('\n', used)) != std::string_view::npos;
         used = end + 1) {
      decode_line(bytes.substr(used, end - used), out);
    }
    // A line that is cut off or absurdly long is no reading.
    if (used != bytes.size() && (last || bytes.size() - used > 1000)) {
      out.bad("no end of line", bytes.substr(used));
      used = bytes.size();
    }
    return used;
  }

  template <class Out>
  void decode_line(std::string_view line, Out& out) {
    const std::size_t blank = line.find(' ');
    const auto value = blank == std::string_view::npos
                           ? std::nullopt
                           : dstream::parse<double>(line.substr(blank + 1));
    if (!value) return out.bad("not \"SENSOR VALUE\"", line);
    out.record(Reading{std::string(line.substr(0, blank)), *value});
  }
};

volatile std::sig_atomic_t interrupted = 0;

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::stoi(argv[1]) : 0;  // 0: the system chooses one

  dstream::StreamingContext ssc({.app_name = "sensors", .batch_interval = 100ms});
  std::map<std::string, double> highest;  // touched by the for_each alone while it runs
  ssc.socket_server_stream(static_cast<std::uint16_t>(port), ReadingDecoder(),
                           {.max_clients = 100, .idle_timeout = 5min})
      .key_by(&Reading::sensor)
      .reduce([](const Reading& a, const Reading& b) { return a.value > b.value ? a : b; })
      .for_each([&highest](const auto& pair) {
        double& value = highest.try_emplace(pair.first, pair.second.value).first->second;
        if (pair.second.value > value) value = pair.second.value;
      });

  std::signal(SIGINT, [](int) { interrupted = 1; });
  ssc.start();  // throws if the port is taken
  std::printf("listening on port %d\n", ssc.receivers().front().status.port);
  std::fflush(stdout);
  while (!interrupted && !ssc.await_termination_for(100ms)) continue;
  ssc.stop(dstream::StopMode::graceful);

  for (const auto& [sensor, value] : highest) std::printf("%s %.1f\n", sensor.c_str(), value);
  const dstream::ReceiverStatus status = ssc.receivers().front().status;
  std::printf("%llu clients, %llu readings, %llu lines that are none\n",
              static_cast<unsigned long long>(status.connects),
              static_cast<unsigned long long>(status.records),
              static_cast<unsigned long long>(status.dropped_bad));
}
