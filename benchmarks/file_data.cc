#include "file_data.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <stdlib.h>

#include <dstream/clock.h>
#include <dstream/detail/input_source.h>
#include <dstream/file_system.h>

#include "text_data.h"

namespace dstream::bench {
namespace {

/// Takes nothing from a source but its blocks.
class NoHost final : public detail::SourceHost {
 public:
  void data_arrived() override {}
  void source_failed(std::exception_ptr) override {}
  void dead_letter(const char*, std::string, std::string_view) override {}
  Clock& clock() override { return *Clock::system(); }
  bool wants_arrivals() const override { return false; }
};

std::string make_directory() {
  std::error_code error;
  const bool in_memory = std::filesystem::is_directory("/dev/shm", error);
  std::string path =
      (in_memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
      "dstream_bench.XXXXXX";
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make " + path);
  return path;
}

}  // namespace

FileData::FileData(std::size_t files, const std::function<std::string(std::size_t)>& content)
    : directory_(make_directory()) {
  for (std::size_t i = 0; i < files; ++i) {
    paths_.push_back(fmt::format("{}/{:03}", directory_, i));
    const std::string bytes = content(i);
    std::ofstream file(paths_.back(), std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) throw std::runtime_error("cannot write " + paths_.back());
  }
}

FileData::~FileData() {
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
}

std::vector<std::vector<detail::BlockPtr>> file_batches(
    const FileData& data, const std::shared_ptr<const detail::FileBlockMaker>& maker) {
  static NoHost host;  // the blocks refer to it
  Options options;
  options.file_system = FileSystem::system();
  std::vector<std::vector<detail::BlockPtr>> batches;
  for (const std::string& path : data.paths()) {
    const auto source = detail::make_files_source("files", {path}, maker, {}, options);
    source->start(host);
    source->cut(Time(0), Time(1), batches.emplace_back());
  }
  return batches;
}

std::shared_ptr<const FileData> make_text_files(const Settings& settings) {
  constexpr std::size_t kFiles = 10;
  const auto text = make_text(settings);
  std::string bytes;
  for (const auto& lines : text->lines) {
    for (const std::string_view line : lines) bytes.append(line).push_back('\n');
  }
  auto data = std::make_shared<FileData>(kFiles, [&](std::size_t) { return bytes; });
  data->records = text->line_count * kFiles;
  return data;
}

Trade trade_of(std::uint64_t number) {
  static const char* const kSymbols[] = {"AAPL",  "MSFT", "BRK.B", "V",
                                         "GOOGL", "TSM",  "NESN",  "SAP"};
  const std::uint64_t mixed = number * 0x9E3779B97F4A7C15u;
  return {1'700'000'000'000 + static_cast<std::int64_t>(number),
          static_cast<std::uint32_t>(mixed >> 40),
          kSymbols[mixed >> 32 & 7],
          static_cast<double>(mixed >> 20 & 0xfffff) / 64,
          static_cast<std::int32_t>(mixed >> 8 & 0xfff) - 2048,
          (mixed & 1) != 0};
}

std::shared_ptr<const FileData> make_trade_files(
    const Settings& settings, const std::string& header,
    const std::function<void(std::string& out, const Trade& trade)>& append) {
  constexpr std::size_t kFiles = 4;
  const std::size_t per_file = settings.scaled(1'000'000);
  auto data = std::make_shared<FileData>(kFiles, [&](std::size_t file) {
    std::string bytes = header;
    for (std::size_t i = 0; i < per_file; ++i) append(bytes, trade_of(file * per_file + i));
    return bytes;
  });
  data->records = kFiles * per_file;
  return data;
}

}  // namespace dstream::bench
