#include "dstream/detail/rdd_actions.h"

#include <exception>
#include <utility>

#include "dstream/error.h"
#include "dstream/file_system.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
constexpr std::size_t kRecordsAtOnce = 1024;

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Lets `write` fill a file beside `path`, then puts it there.
template <class Write>
void replace_file(FileSystem& files, const std::string& path, Write write) {
  const std::string beside = path + ".part";
  try {
    write(files.open(beside, OpenMode::truncate));
    files.rename(beside, path);
    files.sync_directory(directory_of(path));
  } catch (...) {
    const std::exception_ptr error = std::current_exception();
    try {
      files.remove(beside);
    } catch (const Error&) {
      // The first error says more.
    }
    std::rethrow_exception(error);
  }
}

class ObjectFileProvider final : public BlockProvider {
 public:
  ObjectFileProvider(std::string path, const BlockFormat& format)
      : path_(std::move(path)), format_(format) {}
  std::vector<BlockPtr> blocks(JobRunner& jobs) override {
    ObjectFileReader reader(*jobs.file_system(), path_, format_.type);
    return read_blocks(format_, reader, {});
  }

 private:
  const std::string path_;
  const BlockFormat& format_;
};

/// Prints chunks, a line per record.
class PrintLinesStep final : public Step {
 public:
  PrintLinesStep(const RecordPrinter& printer, std::string& out) : printer_(printer), out_(out) {}
  void process(Chunk chunk) override {
    const auto* record = static_cast<const std::byte*>(chunk.data);
    for (std::size_t i = 0; i < chunk.size; ++i, record += printer_.size) {
      printer_.print(out_, record);
      out_ += '\n';
    }
  }

 private:
  const RecordPrinter& printer_;
  std::string& out_;
};

}  // namespace

void save_text(JobRunner& jobs, const std::string& path, const std::vector<BlockPtr>& blocks,
               const RecordPrinter& printer) {
  replace_file(*jobs.file_system(), path, [&](std::unique_ptr<File> file) {
    std::string buffer;
    PrintLinesStep step(printer, buffer);
    for (const BlockPtr& block : blocks) {
      for (std::size_t begin = 0; begin < block->size(); begin += kRecordsAtOnce) {
        const std::size_t left = block->size() - begin;
        block->read(begin, begin + (left < kRecordsAtOnce ? left : kRecordsAtOnce), step);
        if (buffer.size() < kBufferBytes) continue;
        file->append(buffer);
        buffer.clear();
      }
    }
    file->append(buffer);
    file->sync();
  });
}

void save_objects(JobRunner& jobs, const std::string& path, const std::vector<BlockPtr>& blocks,
                  const BlockFormat& format) {
  replace_file(*jobs.file_system(), path, [&](std::unique_ptr<File> file) {
    ObjectFileWriter writer(std::move(file), format.type);
    for (const BlockPtr& block : blocks) write_block(format, *block, writer);
    writer.finish(true);
  });
}

PlanNodePtr make_kept_node(JobRunner& jobs, const KeepRequest& request) {
  return std::make_shared<SourceNode>(request.origin, request.node->element_type,
                                      jobs.keep(request));
}

std::shared_ptr<BlockProvider> make_object_file_provider(std::string path,
                                                         const BlockFormat& format) {
  return std::make_shared<ObjectFileProvider>(std::move(path), format);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
