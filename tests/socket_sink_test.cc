#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/socket_sink.h>

#include "base/socket.h"
#include "support/jobs.h"

using namespace dstream;
using namespace std::chrono_literals;
using detail::Interrupt;
using detail::Listener;
using detail::Socket;

namespace {

/// Reads until there are `size` bytes, or the stream ends.
std::string receive(Socket& socket, std::size_t size) {
  const Interrupt never;
  std::string text(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const auto count = socket.read(std::span(text).subspan(have), never);
    if (!count || *count == 0) break;
    have += *count;
  }
  text.resize(have);
  return text;
}

Socket accept(Listener& listener) {
  const Interrupt never;
  return std::move(*listener.accept(never));
}

/// A port on which nobody listens.
std::uint16_t free_port() { return Listener().port(); }

struct Word {
  std::string text;
  int count = 0;
};

Options one_slot() {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(1, 2);
  options.slice_records = 2;
  options.max_task_failures = 2;
  return options;
}

}  // namespace

TEST_CASE("a socket sink sends a batch's lines in order after its COMMIT", "[socket_sink]") {
  const auto [format, wanted] = GENERATE(table<LineFormat, std::string>(
      {{LineFormat::text,
        "{text: \"a\", count: 1}\n{text: \"b,c\", count: 2}\n{text: \"d\", count: 3}\n"},
       {LineFormat::ndjson,
        "{\"text\":\"a\",\"count\":1}\n{\"text\":\"b,c\",\"count\":2}\n{\"text\":\"d\",\"count\":3}"
        "\n"},
       {LineFormat::csv, "a,1\n\"b,c\",2\nd,3\n"}}));
  Listener listener;
  StreamingContext ssc(one_slot());
  auto [queue, words] = ssc.queue_stream<Word>();
  words.write_to(socket_sink<Word>("127.0.0.1", listener.port(), {.format = format}));
  testing::BatchDriver driver(ssc);
  queue.push({{"a", 1}, {"b,c", 2}, {"d", 3}});
  driver.run_batch();
  Socket server = accept(listener);
  CHECK(receive(server, wanted.size()) == wanted);
  driver.run_batch();  // an empty batch sends nothing
  queue.push({{"a", 1}, {"b,c", 2}, {"d", 3}});
  driver.run_batch();  // over the same connection
  CHECK(receive(server, wanted.size()) == wanted);
}

TEST_CASE("a socket sink connects again when the server has gone", "[socket_sink]") {
  Listener listener;
  StreamingContext ssc(one_slot());
  auto [queue, words] = ssc.queue_stream<std::string_view>();
  words.write_to(socket_sink<std::string_view>("127.0.0.1", listener.port()));
  testing::BatchDriver driver(ssc);
  queue.push({"one"});
  driver.run_batch();
  {
    Socket server = accept(listener);
    CHECK(receive(server, 4) == "one\n");
    server.reset_on_close();
  }
  queue.push({"two"});
  driver.run_batch();
  Socket server = accept(listener);
  CHECK(receive(server, 4) == "two\n");
}

TEST_CASE("a server that cannot be reached fails the batch by policy", "[socket_sink]") {
  const bool skip = GENERATE(false, true);
  const std::uint16_t port = free_port();
  StreamingContext ssc(one_slot());
  auto [queue, words] = ssc.queue_stream<std::string_view>();
  words.write_to(socket_sink<std::string_view>("127.0.0.1", port),
                 {.on_failure = skip ? OutputFailure::skip : OutputFailure::stop});
  testing::BatchDriver driver(ssc);
  queue.push({"one"});
  if (skip) {
    driver.run_batch();
    CHECK(ssc.skipped_outputs() == 1);
    driver.run_batch();
  } else {
    const Error error = jobs::error_of([&] { driver.run_batch(); });
    CHECK(error.operation() == "write_to");
    CHECK(jobs::contains(error.what(), "cannot connect to 127.0.0.1:" + std::to_string(port)));
  }
}

TEST_CASE("a server that takes nothing is waited for no longer than the timeout", "[socket_sink]") {
  Listener listener;
  Options options = jobs::by_hand();
  options.max_task_failures = 1;
  StreamingContext ssc(options);
  auto [queue, words] = ssc.queue_stream<std::string>();
  words.write_to(socket_sink<std::string>("127.0.0.1", listener.port(), {.timeout = 20ms}));
  testing::BatchDriver driver(ssc);
  queue.push({std::string(std::size_t{64} << 20, 'x')});  // more than the kernel's buffers take
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(jobs::contains(error.what(), "timed out"));
}

TEST_CASE("a failed batch sends nothing", "[socket_sink]") {
  Listener listener;
  Options options = one_slot();
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto sink = socket_sink<int>("127.0.0.1", listener.port());
  numbers.write_to(sink, {.uid = "u"});
  numbers.foreach_rdd([](Rdd<int> rdd) {
    if (rdd.count() == 3) throw std::runtime_error("three");
  });
  testing::BatchDriver driver(ssc);
  queue.push({1, 2});
  driver.run_batch();
  queue.push({3, 4, 5});
  CHECK_THROWS_AS(driver.run_batch(), Error);
  // A sink may serve by hand, too; what comes next over the connection is this write.
  const WriteKey key{"u", Time(9), 0, 0};
  sink->begin(key);
  sink->write(key, 9);
  sink->commit(key, sink->prepare(key));
  sink->commit(key, "");
  Socket server = accept(listener);
  CHECK(receive(server, 6) == "1\n2\n9\n");
}

TEST_CASE("a socket sink refuses a format that its records do not have", "[socket_sink]") {
  CHECK(jobs::code_of([] {
          socket_sink<std::vector<int>>("127.0.0.1", 1, {.format = LineFormat::csv});
        }) == Errc::invalid_argument);
}
