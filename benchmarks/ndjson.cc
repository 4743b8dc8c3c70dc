#include <fmt/format.h>
#include <simdjson.h>

#include <dstream/ndjson/ndjson.h>

#include "engine.h"
#include "hand_batch.h"
#include "hand_files.h"
#include "read_file.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

std::unique_ptr<Runner> engine_ndjson(const FileData& data, int slots) {
  return engine_runner<Trade>(engine_options({1, static_cast<std::uint32_t>(slots)}),
                              file_batches(data, detail::make_file_blocks(ndjson<Trade>())),
                              [](DStream<Trade> trades) {
                                return trades.map([](const Trade& t) { return digest_of_trade(t); })
                                    .reduce([](std::int64_t a, std::int64_t b) { return a + b; });
                              });
}

/// The library's own way: one document per line, members by name in the order in which they come.
class NdjsonByHand {
 public:
  std::int64_t operator()(const std::string& path) {
    std::int64_t sum = 0;
    read_file(path, buffer_.get(), [&](const char* p, const char* end) {
      while (p != end) {
        const auto* stop =
            static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
        const auto size = static_cast<std::size_t>(stop - p);
        auto document = parser_.iterate(p, size, size + simdjson::SIMDJSON_PADDING);
        Trade trade{};
        trade.time = document["time"].get_int64();
        trade.id = static_cast<std::uint32_t>(std::uint64_t{document["id"].get_uint64()});
        trade.symbol = document["symbol"].get_string();
        trade.price = document["price"].get_double();
        trade.size = static_cast<std::int32_t>(std::int64_t{document["size"].get_int64()});
        trade.buy = document["buy"].get_bool();
        sum += digest_of_trade(trade);
        p = stop + 1;
      }
    });
    return sum;
  }

 private:
  simdjson::ondemand::parser parser_;
  std::unique_ptr<char[]> buffer_ = make_read_buffer();
};

std::unique_ptr<Runner> hand_ndjson(const FileData& data, int) {
  return hand_runner<NdjsonByHand>(data.paths());
}

void append_json(std::string& out, const Trade& t) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"time":{},"id":{},"symbol":"{}","price":{},"size":{},"buy":{}}})"
                 "\n",
                 t.time, t.id, t.symbol, t.price, t.size, t.buy);
}

}  // namespace

Comparison ndjson_workload() {
  Held<FileData> files;
  const auto with = [files](auto make, int threads) {
    return [files, make, threads] { return make(*files, threads); };
  };
  return {"ndjson",
          "4 M trades of 6 fields from NDJSON files in memory into a struct, summed up per file",
          [files](const Settings& settings) mutable {
            files.set(make_trade_files(settings, "", append_json));
            return files->records;
          },
          [files]() mutable { files.reset(); },
          {{"engine, 1 slot", 1, with(engine_ndjson, 1)},
           {"hand simdjson, 1 thread", 1, with(hand_ndjson, 1)},
           {"engine, 2 slots", 2, with(engine_ndjson, 2)}},
          {{"ndjson, 1 slot / hand simdjson", "engine, 1 slot", "hand simdjson, 1 thread", 0.85},
           {"ndjson, 2 slots / hand, 1 thread", "engine, 2 slots", "hand simdjson, 1 thread", 0}}};
}

}  // namespace dstream::bench
