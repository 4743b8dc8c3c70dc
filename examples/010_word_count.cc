// Counts the words that arrive on a TCP socket, second by second.
// Try it: `nc -lk 9999` in one terminal, this program in another; type words, end with Ctrl-C.
#include <csignal>
#include <string>

#include <dstream/dstream.h>

using namespace std::chrono_literals;

volatile std::sig_atomic_t interrupted = 0;

int main(int argc, char** argv) {
  const std::string host = argc > 1 ? argv[1] : "127.0.0.1";
  const int port = argc > 2 ? std::stoi(argv[2]) : 9999;

  dstream::StreamingContext ssc({.app_name = "word-count", .batch_interval = 1s});
  ssc.socket_text_stream(host, static_cast<std::uint16_t>(port))  // DStream<std::string_view>
      .flat_map(dstream::split(' '))                              // views into the batch's block
      .count_by_value()                                           // pairs (std::string, int64_t)
      .print();

  std::signal(SIGINT, [](int) { interrupted = 1; });
  ssc.start();
  while (!interrupted && !ssc.await_termination_for(100ms)) continue;
  ssc.stop(dstream::StopMode::graceful);  // what was received is still counted
}
