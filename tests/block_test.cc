#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/error.h>

#include "storage/block_store.h"
#include "support/jobs.h"
#include "support/source_probe.h"

using namespace dstream;
using detail::ArrayBlock;
using detail::BlockPtr;
using detail::TextBlock;

namespace {

template <class T>
auto block_of(const std::vector<T>& records) {
  BlockBuilder<T> builder;
  for (const T& record : records) builder.append(record);
  return builder.finish();
}

BlockPtr ints(int first, int count) { return block_of(jobs::numbers(first, count)); }

}  // namespace

TEST_CASE("text at rest has Arrow's string layout", "[block]") {
  using namespace std::string_view_literals;
  const auto block = block_of<std::string_view>({"ab"sv, ""sv, "c\0d\xff"sv, "e"sv});
  REQUIRE(block->size() == 4);
  CHECK(std::vector<std::int32_t>(block->offsets(), block->offsets() + 5) ==
        std::vector<std::int32_t>{0, 2, 2, 6, 7});
  CHECK(std::string_view(block->data(), 7) ==
        "abc\0d\xff"
        "e"sv);
  CHECK((*block)[2] == "c\0d\xff"sv);
  CHECK(source_probe::read<std::string_view>(*block) ==
        std::vector<std::string>{"ab", "", std::string("c\0d\xff"sv), "e"});
}

TEST_CASE("an empty text block is Arrow's, too", "[block]") {
  const auto block = block_of<std::string_view>({});
  CHECK(block->size() == 0);
  CHECK(block->offsets()[0] == 0);
}

TEST_CASE("a finished builder begins anew", "[block]") {
  BlockBuilder<std::string_view> text;
  text.append("one");
  const auto first = text.finish();
  CHECK(text.size() == 0);
  text.append("two");
  text.clear();
  text.append("three");
  const auto second = text.finish();
  CHECK((*first)[0] == "one");
  REQUIRE(second->size() == 1);
  CHECK((*second)[0] == "three");
  CHECK(second->offsets()[0] == 0);
}

TEST_CASE("arithmetic types lie side by side", "[block]") {
  const auto numbers = block_of<std::int64_t>({5, -6, 7});
  const std::int64_t* const values = numbers->array().data();
  CHECK(values[1] == -6);
  CHECK(reinterpret_cast<const char*>(values + 2) - reinterpret_cast<const char*>(values) == 16);
  const auto floats = block_of<float>({1.5F, 2.5F});
  CHECK(floats->array().data()[1] == 2.5F);
}

TEST_CASE("bool is kept as bytes", "[block]") {
  BlockBuilder<bool> builder;
  for (int i = 0; i < 200; ++i) builder.append(i % 3 == 0);
  const auto block = builder.finish();
  static_assert(sizeof(bool) == 1);
  const bool* const bytes = block->array().data();
  for (int i = 0; i < 200; ++i) CHECK(bytes[i] == (i % 3 == 0));
  std::vector<bool> read = source_probe::read<bool>(*block);
  CHECK(read.size() == 200);
  CHECK(read[3]);
  CHECK_FALSE(read[4]);
}

TEST_CASE("records with views are owned at rest and come back as views", "[block]") {
  using Record = std::pair<std::string_view, std::optional<std::string_view>>;
  std::shared_ptr<ArrayBlock<Record>> block;
  {
    std::string gone = "a text too long for the small buffer of a string";
    block = block_of<Record>({{gone, gone}, {"b", std::nullopt}});
    gone.assign(gone.size(), 'x');
  }
  static_assert(std::is_same_v<decltype(block->array()[0].first), std::string>);

  class Views final : public detail::Step {
   public:
    explicit Views(const ArrayBlock<Record>& source) : source_(source) {}
    void process(detail::Chunk chunk) override {
      for (const Record& record : chunk.records<Record>()) {
        const auto& owned = source_.array()[count++];
        inside = inside && record.first.data() == owned.first.data();
        texts.emplace_back(record.first);
        has_second.push_back(record.second.has_value());
      }
    }
    std::size_t count = 0;
    bool inside = true;
    std::vector<std::string> texts;
    std::vector<bool> has_second;

   private:
    const ArrayBlock<Record>& source_;
  } views(*block);
  block->read(0, 2, views);
  CHECK(views.inside);  // nothing is copied to be read
  CHECK(views.texts ==
        std::vector<std::string>{"a text too long for the small buffer of a string", "b"});
  CHECK(views.has_second == std::vector<bool>{true, false});
}

TEST_CASE("a block is read in part and in chunks", "[block]") {
  const BlockPtr block = ints(0, 5000);
  source_probe::Capture<int> capture;
  block->read(10, 3000, capture);
  CHECK(capture.records == jobs::numbers(10, 2990));
  CHECK(capture.chunks == 3);
  const auto text = [] {
    BlockBuilder<std::string_view> builder;
    for (int i = 0; i < 3000; ++i) builder.append(std::to_string(i));
    return builder.finish();
  }();
  source_probe::Capture<std::string_view> lines;
  text->read(2998, 3000, lines);
  CHECK(lines.records == std::vector<std::string>{"2998", "2999"});
  source_probe::Capture<std::string_view> none;
  text->read(5, 5, none);
  CHECK(none.chunks == 0);
}

TEST_CASE("a chunk holds at most 1 024 records and 32 KiB", "[block]") {
  struct Wide {
    char bytes[1024];
  };
  struct Huge {
    char bytes[1 << 20];
  };
  CHECK(detail::chunk_capacity<char>() == 1024);
  CHECK(detail::chunk_capacity<std::string>() == 1024);
  CHECK(detail::chunk_capacity<Wide>() == 32);
  CHECK(detail::chunk_capacity<Huge>() == 16);
}

TEST_CASE("records of a block with one owner are moved out", "[block]") {
  const std::string text = "long enough to live on the heap, so that a move shows";
  BlockPtr block = block_of<std::string>({text, text});
  const char* const where = static_cast<const ArrayBlock<std::string>&>(*block).array()[0].data();
  std::vector<BlockPtr> blocks;
  blocks.push_back(block);
  const auto copied = detail::take_records<std::string>(std::move(blocks));
  CHECK(copied[0].data() != where);
  blocks.clear();
  blocks.push_back(std::move(block));
  const auto moved = detail::take_records<std::string>(std::move(blocks));
  CHECK(moved[0].data() == where);
  CHECK(moved == copied);
}

TEST_CASE("the store keeps blocks by batch time", "[block]") {
  detail::BlockStore store;
  const BlockPtr a = ints(0, 10);
  const BlockPtr b = ints(10, 20);
  const BlockPtr c = ints(30, 5);
  store.put(Time(1), {{a}, {}});
  store.put(Time(2), {{}, {b}});
  CHECK(store.bytes() == a->bytes() + b->bytes());
  store.extend(Time(2), Time(4), {{c}, {c}});
  const detail::BatchBlocks later = store.get(Time(4));
  CHECK(later[0] == std::vector<BlockPtr>{c});
  CHECK(later[1] == std::vector<BlockPtr>{b, c});
  CHECK(store.get(Time(1))[0] == std::vector<BlockPtr>{a});
  store.remove(Time(1));
  store.remove(Time(99));
  CHECK(store.bytes() == b->bytes() + 2 * c->bytes());
  store.remove(Time(4));
  CHECK(store.bytes() == 0);
}

TEST_CASE("slices are cut by data alone", "[block]") {
  const auto cut = [](const Options& base) {
    Options options = base;
    options.slice_records = 4;
    StreamingContext ssc(options);
    auto [queue, numbers] = ssc.queue_stream<int>();
    std::vector<std::vector<int>> partitions;
    numbers.foreach_rdd([&](Rdd<int> rdd) {
      rdd.for_each_partition([&](std::span<const int> records) {
        partitions.emplace_back(records.begin(), records.end());
      });
    });
    testing::BatchDriver driver(ssc);
    queue.push_blocks({jobs::numbers(0, 9), jobs::numbers(9, 4), jobs::numbers(13, 1)});
    driver.run_batch();
    return partitions;
  };
  const std::vector<std::vector<int>> expected{
      jobs::numbers(0, 4), jobs::numbers(4, 4), {8}, jobs::numbers(9, 4), {13}};
  CHECK(cut(jobs::by_hand()) == expected);
  CHECK(cut(jobs::on_executors(1, 1)) == expected);
  CHECK(cut(jobs::on_executors(3, 2)) == expected);
}
