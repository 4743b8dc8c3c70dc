#include <dstream/queue_source.h>

#include "support/catch.h"
#include "support/source_probe.h"

namespace {

using dstream::PushResult;
using dstream::detail::make_queue_source;
using source_probe::cut;
using source_probe::FakeHost;
using source_probe::take;
using Ints = std::vector<int>;

}  // namespace

TEST_CASE("each batch takes one queued collection") {
  auto [queue, source] = make_queue_source<int>({});
  CHECK(take<int>(*source).empty());
  CHECK(queue.push({1, 2}) == PushResult::ok);
  CHECK(queue.push({}) == PushResult::ok);
  CHECK(queue.push({3}) == PushResult::ok);
  CHECK(take<int>(*source) == Ints{1, 2});
  CHECK(take<int>(*source).empty());
  CHECK(source->has_data());
  CHECK(take<int>(*source) == Ints{3});
  CHECK_FALSE(source->has_data());
}

TEST_CASE("or all of them") {
  auto [queue, source] = make_queue_source<int>({.one_at_a_time = false});
  queue.push({1, 2});
  queue.push({3});
  CHECK(take<int>(*source) == Ints{1, 2, 3});
  CHECK(take<int>(*source).empty());
}

TEST_CASE("the default collection fills empty batches until stop") {
  auto [queue, source] = make_queue_source<int>({});
  queue.set_default({7});
  queue.push({1});
  CHECK(take<int>(*source) == Ints{1});
  CHECK(take<int>(*source) == Ints{7});
  CHECK(take<int>(*source) == Ints{7});
  queue.push({2});
  source->stop();
  CHECK(take<int>(*source) == Ints{2});
  CHECK(take<int>(*source).empty());
}

TEST_CASE("a collection may come in several blocks") {
  auto [queue, source] = make_queue_source<std::string>({});
  queue.push_blocks({{"a", "b"}, {}, {"c"}});
  const auto blocks = cut(*source);
  REQUIRE(blocks.size() == 2);
  CHECK(source_probe::read<std::string>(*blocks[0]) == std::vector<std::string>{"a", "b"});
  CHECK(source_probe::read<std::string>(*blocks[1]) == std::vector<std::string>{"c"});
}

TEST_CASE("text, bool and pairs of views are put at rest") {
  auto [text, text_source] = make_queue_source<std::string_view>({});
  std::string word = "alpha";
  text.push({word, "", word});
  word = "#####";
  CHECK(take<std::string_view>(*text_source) == std::vector<std::string>{"alpha", "", "alpha"});

  auto [flags, flag_source] = make_queue_source<bool>({});
  flags.push({true, false, true});
  CHECK(take<bool>(*flag_source) == std::vector<bool>{true, false, true});

  using Pair = std::pair<std::string_view, int>;
  auto [pairs, pair_source] = make_queue_source<Pair>({});
  word = "key";
  pairs.push({Pair(word, 3)});
  word = "###";
  CHECK(take<Pair>(*pair_source) == std::vector<std::pair<std::string, int>>{{"key", 3}});
}

TEST_CASE("a queue is bounded, closes and stops") {
  auto [queue, source] = make_queue_source<int>({.capacity_bytes = 1000});
  CHECK(queue.push(Ints(1000)) == PushResult::ok);
  CHECK(queue.push({1}) == PushResult::full);
  CHECK(take<int>(*source).size() == 1000);
  CHECK(queue.push({1}) == PushResult::ok);
  source->stop();
  CHECK(queue.push({1}) == PushResult::stopped);
  queue.close();
  CHECK(queue.push({1}) == PushResult::closed);
  CHECK(take<int>(*source) == Ints{1});
}

TEST_CASE("a push is an arrival where the host wants them") {
  const bool wanted = GENERATE(false, true);
  auto [queue, source] = make_queue_source<int>({});
  FakeHost host(wanted);
  queue.push({1});
  source->start(host);
  CHECK(source->arm_arrival());
  queue.push({2});
  CHECK(host.arrivals == (wanted ? 1 : 0));
  source->stop();
  queue.push({3});
  CHECK(host.arrivals == (wanted ? 1 : 0));
}
