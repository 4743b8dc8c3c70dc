#include <dstream/dstream.h>

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/jobs.h"
#include "support/socket_rig.h"

namespace {

using dstream::Syslog;
using sockets::Lines;

/// Feeds a decoder and keeps what comes out of it.
struct Out {
  void record(const Syslog& message) { records.push_back(message.message); }
  void bad(std::string_view reason, std::string_view) { faults.emplace_back(reason); }
  Lines records;
  Lines faults;
};

Out decode(std::string_view stream, std::size_t piece, std::size_t max_bytes = 100) {
  dstream::SyslogFrames frames(max_bytes);
  Out out;
  std::string held;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    held += stream.substr(at, piece);
    held.erase(0, frames.decode(held, false, out));
  }
  held.erase(0, frames.decode(held, true, out));
  CHECK(held.empty());
  return out;
}

}  // namespace

TEST_CASE("syslog messages are read as their RFC has them", "[syslog]") {
  struct Case {
    const char* text;
    Syslog message;
  };
  const std::vector<Case> cases = {
      // The examples of RFC 5424, section 6.5.
      {"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xef\xbb\xbf'su root' "
       "failed for lonvick on /dev/pts/8",
       {4, 2, 1, "2003-10-11T22:14:15.003Z", "mymachine.example.com", "su", "", "ID47", "",
        "'su root' failed for lonvick on /dev/pts/8"}},
      {"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time.",
       {20, 5, 1, "2003-08-24T05:14:15.000003-07:00", "192.0.2.1", "myproc", "8710", "", "",
        "%% It's time."}},
      {"<165>1 2003-10-11T22:14:15.003Z host evntslog - ID47 "
       "[exampleSDID@32473 iut=\"3\" eventSource=\"App \\\"x\\] [\"][other@1 class=\"high\"] text",
       {20, 5, 1, "2003-10-11T22:14:15.003Z", "host", "evntslog", "", "ID47",
        "[exampleSDID@32473 iut=\"3\" eventSource=\"App \\\"x\\] [\"][other@1 class=\"high\"]",
        "text"}},
      {"<0>1 - - - - - [a]", {0, 0, 1, "", "", "", "", "", "[a]", ""}},
      {"<191>1 - - - - - -", {23, 7, 1, "", "", "", "", "", "", ""}},
      // RFC 3164, section 5.4, and what is about.
      {"<34>Oct 11 22:14:15 mymachine su: 'su root' failed",
       {4, 2, 0, "Oct 11 22:14:15", "mymachine", "su", "", "", "", "'su root' failed"}},
      {"<13>Feb  5 17:32:18 10.0.0.99 sshd[42]: hello",
       {1, 5, 0, "Feb  5 17:32:18", "10.0.0.99", "sshd", "42", "", "", "hello"}},
      {"<13>Feb  5 17:32:18 host no tag here",
       {1, 5, 0, "Feb  5 17:32:18", "host", "", "", "", "", "no tag here"}},
      {"<13>use the force", {1, 5, 0, "", "", "", "", "", "", "use the force"}},
      {"no header at all\r\n", {1, 5, 0, "", "", "", "", "", "", "no header at all"}},
      {"", {1, 5, 0, "", "", "", "", "", "", ""}},
      {"<13>Oct 11 22:14:15", {1, 5, 0, "Oct 11 22:14:15", "", "", "", "", "", ""}},
      {"<13>Oct 11 22:14:15 h a[1", {1, 5, 0, "Oct 11 22:14:15", "h", "", "", "", "", "a[1"}},
  };
  for (const auto& [text, wanted] : cases) {
    INFO(text);
    Syslog message;
    std::string reason;
    REQUIRE(dstream::parse_syslog(text, message, reason));
    CHECK(message == wanted);
  }
}

TEST_CASE("malformed syslog messages are refused with the reason", "[syslog]") {
  for (const char* text : {"<192>x", "<>x", "<abc>x", "<1", "<", "<99999>x", "<-1>x"}) {
    INFO(text);
    Syslog message;
    std::string reason;
    CHECK_FALSE(dstream::parse_syslog(text, message, reason));
    CHECK(reason == "the priority of a syslog message is not 0 to 191");
  }
  for (const char* text : {"<1>1 ", "<1>1 - - - -", "<1>1 - - - - - x", "<1>1 - - - - - [a \"b]"}) {
    INFO(text);
    Syslog message;
    std::string reason;
    CHECK_FALSE(dstream::parse_syslog(text, message, reason));
    CHECK(jobs::contains(reason, "RFC 5424"));
  }
}

TEST_CASE("no text of any bytes does harm to the parser", "[syslog]") {
  const std::string whole = "<34>1 2003-10-11T22:14:15.003Z h a p m [i n=\"v\\\"\"] text";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    for (const char byte : {'\0', '\xff', '[', ']', '"', '\\', '<', ' '}) {
      std::string text = whole.substr(0, size) + byte;
      Syslog message;
      std::string reason;
      if (!dstream::parse_syslog(text, message, reason)) CHECK_FALSE(reason.empty());
    }
  }
}

TEST_CASE("counted and line-wise messages of a stream are told apart", "[syslog]") {
  const std::string stream = "5 <1>ab<2>line\n7 <1>cd\nx10 <1>1234567<3>e\n\n<4>last";
  for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
    const Out out = decode(stream, piece);
    CHECK(out.records == Lines{"ab", "line", "cd\nx", "1234567", "e", "last"});
    CHECK(out.faults.empty());
  }
}

TEST_CASE("messages of a stream that are too long are skipped and reported once", "[syslog]") {
  const std::string stream =
      "200 " + std::string(200, 'x') + "2 ab" + std::string(300, 'y') + "\n2 cd";
  for (const std::size_t piece : {1, 50, 1000}) {
    const Out out = decode(stream, piece);
    CHECK(out.records == Lines{"ab", "cd"});
    CHECK(out.faults == Lines{"the syslog message is too long", "the syslog message is too long"});
  }
}

TEST_CASE("a counted message that is cut off is bad", "[syslog]") {
  for (const char* stream : {"10 <1>ab", "10", "10 "}) {
    const Out out = decode(stream, 1);
    CHECK(out.records.empty());
    CHECK(out.faults == Lines{"a counted syslog message is cut off"});
  }
  // Too many digits for a count: a line.
  CHECK(decode("1234567890123 x\n", 1).records == Lines{"1234567890123 x"});
}

TEST_CASE("syslog comes over UDP and TCP", "[syslog]") {
  const bool tcp = GENERATE(false, true);
  dstream::StreamingContext ssc(jobs::on_executors());
  auto hosts = dstream::testing::capture(
      ssc.syslog_stream(
             0, {.transport = tcp ? dstream::SyslogTransport::tcp : dstream::SyslogTransport::udp})
          .map([](const Syslog& message) { return message.host + ": " + message.message; }));
  ssc.start();
  const std::string text = "<34>Oct 11 22:14:15 mymachine su: failed";
  const auto info = [&] { return ssc.receivers().at(0); };
  if (tcp) {
    auto client = sockets::connect(info().status.port);
    sockets::send(client, std::to_string(text.size()) + " " + text + text + "\n");
    sockets::await([&] { return info().status.records == 2; });
  } else {
    dstream::detail::DatagramSocket sender;
    sender.send_to(info().status.port, text);
    sender.send_to(info().status.port, text);
    sender.send_to(info().status.port, "<999>bad");
    sockets::await([&] { return info().status.records == 2 && info().status.dropped_bad == 1; });
  }
  CHECK(info().name == "syslog_stream");
  ssc.stop(dstream::StopMode::graceful);
  CHECK(hosts.last() == Lines{"mymachine: failed", "mymachine: failed"});
}
