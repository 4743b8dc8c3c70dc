// Serves text on a loopback TCP port: lines of ten words whose frequencies follow Zipf's law.
//
//   text_generator [--port P] [--rate LINES_PER_SECOND]
//
// Port 0, the default, takes a free one; the first line on stdout ends with the port. Every client
// gets the lines made after it has connected; one that does not read fast enough misses some, whole
// ones. Ends on SIGTERM or SIGINT.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr int kWordsPerLine = 10;
constexpr std::size_t kVocabulary = 5000;
constexpr std::size_t kClientBuffer = std::size_t{4} << 20;  // bytes that a slow client may owe
constexpr auto kTick = std::chrono::milliseconds(10);

volatile std::sig_atomic_t stopping = 0;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// The n-th most frequent word: common English ones first, made-up ones after them.
std::string word(std::size_t n) {
  static constexpr const char* kCommon[] = {
      "the", "of",   "and", "to",   "a",  "in",   "that",  "is",  "was", "he",   "for",
      "it",  "with", "as",  "his",  "on", "be",   "at",    "by",  "had", "not",  "are",
      "but", "from", "or",  "have", "an", "they", "which", "one", "you", "were", "all"};
  static constexpr const char* kSyllables[] = {"ka",  "lo",  "mi",  "ne",  "ru",  "sta",
                                               "vor", "tem", "pil", "dan", "gre", "hul",
                                               "bo",  "fa",  "ji",  "qu"};
  constexpr std::size_t kCommonWords = std::size(kCommon);
  if (n < kCommonWords) return kCommon[n];
  std::string text;
  for (std::size_t rest = n - kCommonWords + 16; rest > 0; rest /= 16)
    text += kSyllables[rest % 16];
  return text;
}

/// Draws lines of words, the n-th word with a probability proportional to 1/n.
class ZipfText {
 public:
  ZipfText() {
    double sum = 0;
    for (std::size_t n = 0; n < kVocabulary; ++n) {
      words_.push_back(word(n));
      cumulated_.push_back(sum += 1 / static_cast<double>(n + 1));
    }
  }
  void append_line(std::string& text) {
    std::uniform_real_distribution<double> point(0, cumulated_.back());
    for (int i = 0; i < kWordsPerLine; ++i) {
      const auto at = std::upper_bound(cumulated_.begin(), cumulated_.end() - 1, point(random_));
      if (i > 0) text += ' ';
      text += words_[static_cast<std::size_t>(at - cumulated_.begin())];
    }
    text += '\n';
  }

 private:
  std::vector<std::string> words_;
  std::vector<double> cumulated_;
  std::mt19937_64 random_{1};
};

/// A listening socket and its clients; nothing here waits but wait().
class Server {
 public:
  explicit Server(std::uint16_t port) : listener_(socket(AF_INET, SOCK_STREAM | kFlags, 0)) {
    if (listener_ < 0) fail("socket");
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(port);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("bind");
    if (listen(listener_, SOMAXCONN) != 0) fail("listen");
  }
  ~Server() {
    for (const Client& client : clients_) close(client.socket);
    close(listener_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      fail("getsockname");
    }
    return ntohs(address.sin_port);
  }

  /// Waits up to `timeout` for a client, for room in a client's socket, or for a signal outside
  /// `mask`; then does what can be done.
  void wait(std::chrono::nanoseconds timeout, const sigset_t& mask) {
    std::vector<pollfd> polled{{listener_, POLLIN, 0}};
    for (const Client& client : clients_) {
      const short events = client.pending.empty() ? POLLIN : POLLIN | POLLOUT;
      polled.push_back({client.socket, events, 0});
    }
    const timespec limit{timeout.count() / 1'000'000'000, timeout.count() % 1'000'000'000};
    if (ppoll(polled.data(), polled.size(), &limit, &mask) < 0 && errno != EINTR) fail("ppoll");
    std::erase_if(clients_, [](Client& client) { return !serve(client); });
    accept_clients();
  }

  /// Hands whole lines to every client that has room for them.
  void send(const std::string& lines) {
    for (Client& client : clients_) {
      if (client.pending.size() < kClientBuffer) client.pending += lines;
    }
  }

 private:
  static constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  struct Client {
    int socket;
    std::string pending;  // at most kClientBuffer and the lines of one tick
  };

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }

  /// Sends what the socket takes. False, with the socket closed, when the client has gone.
  static bool serve(Client& client) {
    char ignored[256];
    const ssize_t received = recv(client.socket, ignored, sizeof ignored, 0);
    bool gone = received == 0 || (received < 0 && errno != EAGAIN && errno != EINTR);
    if (!gone && !client.pending.empty()) {
      const ssize_t sent =
          ::send(client.socket, client.pending.data(), client.pending.size(), MSG_NOSIGNAL);
      if (sent > 0) client.pending.erase(0, static_cast<std::size_t>(sent));
      gone = sent < 0 && errno != EAGAIN && errno != EINTR;
    }
    if (gone) close(client.socket);
    return !gone;
  }

  void accept_clients() {
    for (int socket; (socket = accept4(listener_, nullptr, nullptr, kFlags)) >= 0;) {
      clients_.push_back({socket, {}});
    }
  }

  int listener_;
  std::vector<Client> clients_;
};

/// Makes `rate` lines a second until a signal comes.
void run(std::uint16_t port, double rate) {
  // Blocked except in ppoll, so that none can come between the look at `stopping` and the wait.
  sigset_t signals, before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, &before);
  sigdelset(&before, SIGTERM);
  sigdelset(&before, SIGINT);
  std::signal(SIGTERM, [](int) { stopping = 1; });
  std::signal(SIGINT, [](int) { stopping = 1; });

  Server server(port);
  std::printf("serving text on 127.0.0.1 port %u\n", static_cast<unsigned>(server.port()));
  std::fflush(stdout);

  ZipfText text;
  std::string lines;
  double due = 0;
  auto last = std::chrono::steady_clock::now();
  while (!stopping) {
    const auto now = std::chrono::steady_clock::now();
    // After a stall, a second's worth at most.
    due += rate * std::min(std::chrono::duration<double>(now - last).count(), 1.0);
    last = now;
    lines.clear();
    for (; due >= 1; --due) text.append_line(lines);
    server.send(lines);
    server.wait(kTick, before);
  }
}

[[noreturn]] void usage() {
  std::fprintf(stderr, "usage: text_generator [--port P] [--rate LINES_PER_SECOND]\n");
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  double port = 0, rate = 20'000;
  if (argc % 2 == 0) usage();
  for (int i = 1; i < argc; i += 2) {
    char* end = nullptr;
    const double value = std::strtod(argv[i + 1], &end);
    if (end == argv[i + 1] || *end != '\0' || !(value >= 0)) usage();
    if (std::strcmp(argv[i], "--port") == 0 && value <= 65535) {
      port = value;
    } else if (std::strcmp(argv[i], "--rate") == 0 && value <= 1e7) {
      rate = value;
    } else {
      usage();
    }
  }
  try {
    run(static_cast<std::uint16_t>(port), rate);
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "text_generator: %s\n", error.what());
    return 1;
  }
}
