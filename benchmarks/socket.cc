#include <atomic>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <dstream/text.h>

#include "base/socket.h"
#include "engine.h"
#include "machine.h"
#include "publish_output.h"
#include "split_bytes.h"
#include "text_data.h"
#include "word_table.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

constexpr std::size_t kLineBytes = 100;  // with its end
constexpr std::size_t kTextBytes = 300'000'000;
constexpr auto kInterval = std::chrono::milliseconds(10);

/// How often the text is sent: before the clock runs, and while it does.
struct Passes {
  std::int64_t before;
  std::int64_t timed;
};
/// For work that one pass keeps busy for long enough, and for the first lines of a stream.
constexpr Passes kOnce{0, 1};
/// A stream that goes on: the memory of the first batches has been touched before, and the wait
/// for the end of the last batch's interval is a small part.
constexpr Passes kSteady{1, 4};

/// Lines of 100 bytes, the words of the text of word_count.
struct SocketText {
  std::string bytes;
  std::int64_t lines = 0;
  std::int64_t words = 0;
};

std::shared_ptr<const SocketText> make_socket_text(const Settings& settings) {
  const auto words = make_text(settings);
  auto text = std::make_shared<SocketText>();
  const std::size_t size = settings.scaled(kTextBytes, 100'000) / kLineBytes * kLineBytes;
  text->bytes.reserve(size + kLineBytes);
  std::string line;
  for (std::size_t batch = 0; text->bytes.size() < size; batch = (batch + 1) % kBatches) {
    for (const std::string_view source : words->lines[batch]) {
      line += source;
      line += ' ';
      for (; line.size() >= kLineBytes && text->bytes.size() < size;
           line.erase(0, kLineBytes - 1)) {
        text->bytes.append(line, 0, kLineBytes - 1);
        text->bytes += '\n';
      }
    }
  }
  text->lines = static_cast<std::int64_t>(size / kLineBytes);
  const auto splitter = split(' ');
  for (std::size_t at = 0; at < size; at += kLineBytes) {
    splitter(std::string_view(text->bytes).substr(at, kLineBytes - 1),
             [&](std::string_view) { ++text->words; });
  }
  return text;
}

/// Sends the text over a loopback connection, from a core of its own, as often as it is told to.
class Sender {
 public:
  explicit Sender(const std::string& text) : thread_([this, &text] { serve(text); }) {}
  ~Sender() {
    stop_.signal();
    send(-1);
    thread_.join();
  }
  std::uint16_t port() const { return listener_.port(); }
  void await_client() const { accepted_.wait(false); }
  /// Sends it `passes` times more; negative: no more.
  void send(std::int64_t passes) {
    asked_ = passes < 0 ? passes : asked_ + passes;
    asked_.notify_all();
  }

 private:
  void serve(const std::string& text) {
    take_spare_core();
    std::optional<detail::Socket> client = listener_.accept(stop_);
    if (!client) return;
    accepted_ = true;
    accepted_.notify_all();
    // Open until the other side has all: an end would have the engine connect again.
    for (std::int64_t sent = 0;; ++sent) {
      asked_.wait(sent);
      if (asked_ < 0 || !client->send(text, stop_)) return;
    }
  }

  detail::Interrupt stop_;
  detail::Listener listener_;
  std::atomic<bool> accepted_{false};
  std::atomic<std::int64_t> asked_{0};  // passes in all; negative: stop
  std::thread thread_;
};

void check(std::int64_t found, std::int64_t wanted, const char* what) {
  if (found == wanted) return;
  throw std::runtime_error("socket: found " + std::to_string(found) + " " + what + " of " +
                           std::to_string(wanted));
}

/// socket_text_stream into an operation. The context lives for one run, since its ticks would
/// disturb the rivals; the clock runs from the first byte of the timed passes to the COMMIT of their
/// last line. The time is that of one pass, on both sides.
template <class Job>
class EngineSocket final : public Runner {
 public:
  EngineSocket(const SocketText& text, Job job, Passes passes)
      : text_(text), job_(job), passes_(passes) {}

  double run() override {
    lines_ = 0;
    Sender sender(text_.bytes);
    Options options = engine_options({1, 1});
    options.trigger = Trigger::interval;
    options.batch_interval = kInterval;
    StreamingContext context(options);
    std::int64_t counted = 0;
    job_(context.socket_text_stream("127.0.0.1", sender.port()), counted,
         [this](const BatchInfo& info) {
           lines_ += static_cast<std::int64_t>(info.records);
           lines_.notify_all();
         });
    context.start();
    sender.await_client();
    sender.send(passes_.before);
    await_passes(passes_.before);
    const Stopwatch watch;
    sender.send(passes_.timed);
    await_passes(passes_.before + passes_.timed);
    const double seconds = watch.seconds() / static_cast<double>(passes_.timed);
    context.stop();
    check(counted, (passes_.before + passes_.timed) * Job::wanted(text_), "records counted");
    return seconds;
  }
  Digest digest() override { return digest_of(std::vector<std::int64_t>{text_.lines}); }

 private:
  void await_passes(std::int64_t passes) {
    const std::int64_t wanted = passes * text_.lines;
    for (std::int64_t seen = lines_; seen < wanted; seen = lines_) lines_.wait(seen);
  }

  const SocketText& text_;
  const Job job_;
  const Passes passes_;
  std::atomic<std::int64_t> lines_{0};
};

struct CountLines {
  static std::int64_t wanted(const SocketText& text) { return text.lines; }
  template <class Done>
  void operator()(DStream<std::string_view> lines, std::int64_t& counted, Done done) const {
    on_publish(lines.count(), [&counted, done](const auto& blocks, const BatchInfo& info) {
      for_each_published<std::int64_t>(blocks, [&](std::int64_t count) { counted += count; });
      done(info);
    });
  }
};

struct CountWords {
  static std::int64_t wanted(const SocketText& text) { return text.words; }
  template <class Done>
  void operator()(DStream<std::string_view> lines, std::int64_t& counted, Done done) const {
    on_publish(lines.flat_map(split(' ')).count_by_value(),
               [&counted, done](const auto& blocks, const BatchInfo& info) {
                 for_each_published<std::pair<std::string, std::int64_t>>(
                     blocks, [&](const auto& pair) { counted += pair.second; });
                 done(info);
               });
  }
};

/// A bare loop: read into a buffer, look for the ends of lines, hand each line on.
class LineLoop {
 public:
  explicit LineLoop(std::uint16_t port)
      : socket_(*detail::Socket::connect("127.0.0.1", port, never_)), buffer_(kBuffer) {}

  template <class OnLine>
  void read(std::int64_t lines, const OnLine& on_line) {
    while (lines > 0) {
      held_ += *socket_.read({buffer_.data() + held_, kBuffer - held_}, never_);
      const char* begin = buffer_.data();
      const char* const end = begin + held_;
      while (const void* newline =
                 std::memchr(begin, '\n', static_cast<std::size_t>(end - begin))) {
        const char* const line_end = static_cast<const char*>(newline);
        on_line(std::string_view(begin, static_cast<std::size_t>(line_end - begin)));
        --lines;
        begin = line_end + 1;
      }
      held_ = static_cast<std::size_t>(end - begin);
      std::memmove(buffer_.data(), begin, held_);
    }
  }

 private:
  static constexpr std::size_t kBuffer = std::size_t{256} << 10;

  detail::Interrupt never_;
  detail::Socket socket_;
  std::vector<char> buffer_;
  std::size_t held_ = 0;
};

class BareSocket final : public Runner {
 public:
  BareSocket(const SocketText& text, bool words) : text_(text), words_(words) {}

  double run() override {
    Sender sender(text_.bytes);
    LineLoop loop(sender.port());
    sender.await_client();
    const Passes passes = words_ ? kOnce : kSteady;
    sender.send(passes.before);
    count_lines(loop, passes.before);
    const Stopwatch watch;
    sender.send(passes.timed);
    if (words_) {
      count_words(loop);
    } else {
      count_lines(loop, passes.timed);
    }
    return watch.seconds() / static_cast<double>(passes.timed);
  }
  Digest digest() override { return digest_of(std::vector<std::int64_t>{text_.lines}); }

 private:
  void count_lines(LineLoop& loop, std::int64_t passes) {
    std::int64_t lines = 0;
    loop.read(passes * text_.lines, [&](std::string_view) { ++lines; });
    check(lines, passes * text_.lines, "lines");
  }
  void count_words(LineLoop& loop) {
    WordTable table;
    loop.read(text_.lines, [&](std::string_view line) {
      split_bytes(line, [&](std::string_view word) {
        table.add(WordTable::key_of(word, line.data() + line.size()), 1);
      });
    });
    std::vector<std::pair<std::string, std::int64_t>> counts;
    table.emit(counts);
    std::int64_t counted = 0;
    for (const auto& [word, count] : counts) counted += count;
    check(counted, text_.words, "words");
  }

  const SocketText& text_;
  const bool words_;
};

}  // namespace

Comparison socket_workload() {
  Held<SocketText> text;
  const auto engine = [text](auto job, Passes passes) {
    return [text, job, passes]() -> std::unique_ptr<Runner> {
      return std::make_unique<EngineSocket<decltype(job)>>(*text, job, passes);
    };
  };
  const auto bare = [text](bool words) {
    return [text, words]() -> std::unique_ptr<Runner> {
      return std::make_unique<BareSocket>(*text, words);
    };
  };
  return {"socket",
          "300 MB of 100-byte lines from a loopback socket; the sender has a core of its own",
          [text](const Settings& settings) mutable {
            text.set(make_socket_text(settings));
            return static_cast<std::uint64_t>(text->lines);
          },
          [text]() mutable { text.reset(); },
          {{"engine, words counted, 1 core", 1, engine(CountWords{}, kOnce)},
           {"bare loop, words counted, 1 core", 1, bare(true)},
           {"engine, words counted, 2 cores", 2, engine(CountWords{}, kOnce)},
           {"engine, lines counted, 1 core", 1, engine(CountLines{}, kSteady)},
           {"engine, lines counted, 2 cores", 2, engine(CountLines{}, kSteady)},
           {"engine, first lines counted, 2 cores", 2, engine(CountLines{}, kOnce)},
           {"bare loop, lines split, 1 core", 1, bare(false)}},
          {{"socket into word count / bare loop that counts words, 1 core",
            "engine, words counted, 1 core", "bare loop, words counted, 1 core", 0.8},
           {"socket into count / bare loop that splits lines, 2 cores",
            "engine, lines counted, 2 cores", "bare loop, lines split, 1 core", 0.8},
           {"socket into count / bare loop that splits lines, 1 core",
            "engine, lines counted, 1 core", "bare loop, lines split, 1 core", 0},
           {"the first 300 MB into count / bare loop that splits lines, 2 cores",
            "engine, first lines counted, 2 cores", "bare loop, lines split, 1 core", 0},
           {"socket into word count, 2 cores / bare loop that only splits lines",
            "engine, words counted, 2 cores", "bare loop, lines split, 1 core", 0}}};
}

}  // namespace dstream::bench
