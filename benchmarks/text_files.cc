#include <dstream/lines.h>

#include "engine.h"
#include "hand_files.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

std::unique_ptr<Runner> engine_lines(const FileData& data, int slots) {
  return engine_runner<std::string_view>(
      engine_options({1, static_cast<std::uint32_t>(slots)}),
      file_batches(data, detail::make_file_blocks(lines())),
      [](DStream<std::string_view> lines) { return lines.count(); });
}

}  // namespace

Comparison text_files_workload() {
  Held<FileData> files;
  const auto with = [files](auto make, int threads) {
    return [files, make, threads] { return make(*files, threads); };
  };
  return {"text_files",
          "lines of 1 GB of text in 10 files in memory, counted per file",
          [files](const Settings& settings) mutable {
            files.set(make_text_files(settings));
            return files->records;
          },
          [files]() mutable { files.reset(); },
          {{"engine, 1 slot", 1, with(engine_lines, 1)},
           {"hand read and memchr, 1 thread", 1, with(hand_text_files, 1)},
           {"engine, 2 slots", 2, with(engine_lines, 2)}},
          {{"text files, 1 slot / hand read and memchr", "engine, 1 slot",
            "hand read and memchr, 1 thread", 0.8},
           {"text files, 2 slots / hand, 1 thread", "engine, 2 slots",
            "hand read and memchr, 1 thread", 0}}};
}

}  // namespace dstream::bench
