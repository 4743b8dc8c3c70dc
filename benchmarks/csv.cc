#include <fmt/format.h>

#include <dstream/csv.h>

#include "engine.h"
#include "hand_files.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

std::unique_ptr<Runner> engine_csv(const FileData& data, const CsvOptions& options, int slots) {
  return engine_runner<Trade>(engine_options({1, static_cast<std::uint32_t>(slots)}),
                              file_batches(data, detail::make_file_blocks(csv<Trade>(options))),
                              [](DStream<Trade> trades) {
                                return trades.map([](const Trade& t) { return digest_of_trade(t); })
                                    .reduce([](std::int64_t a, std::int64_t b) { return a + b; });
                              });
}

std::unique_ptr<Runner> engine_whole_files(const FileData& data, int slots) {
  return engine_csv(data, {}, slots);
}
std::unique_ptr<Runner> engine_pieces(const FileData& data, int slots) {
  return engine_csv(data, {.multiline = false}, slots);
}

void append_csv(std::string& out, const Trade& t) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{}\n", t.time, t.id, t.symbol, t.price,
                 t.size, t.buy);
}

}  // namespace

Comparison csv_workload() {
  Held<FileData> files;
  const auto with = [files](auto make, int threads) {
    return [files, make, threads] { return make(*files, threads); };
  };
  return {"csv",
          "4 M trades of 6 fields from CSV files in memory into a struct, summed up per file",
          [files](const Settings& settings) mutable {
            files.set(make_trade_files(settings, "time,id,symbol,price,size,buy\n", append_csv));
            return files->records;
          },
          [files]() mutable { files.reset(); },
          {{"engine, 1 slot", 1, with(engine_whole_files, 1)},
           {"engine in pieces, 1 slot", 1, with(engine_pieces, 1)},
           {"hand memchr and from_chars, 1 thread", 1, with(hand_csv, 1)},
           {"engine in pieces, 2 slots", 2, with(engine_pieces, 2)}},
          {{"csv, 1 slot / hand memchr and from_chars", "engine, 1 slot",
            "hand memchr and from_chars, 1 thread", 0.9},
           {"csv in pieces, 1 slot / hand", "engine in pieces, 1 slot",
            "hand memchr and from_chars, 1 thread", 0},
           {"csv in pieces, 2 slots / hand, 1 thread", "engine in pieces, 2 slots",
            "hand memchr and from_chars, 1 thread", 0}}};
}

}  // namespace dstream::bench
