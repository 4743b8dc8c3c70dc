#include "dstream/output.h"

#include <utility>

#include "dstream/detail/console.h"
#include "dstream/error.h"
#include "dstream/partitions.h"

#include "plan/print_header.h"
#include "plan/spread_exchange.h"

namespace dstream {
inline namespace v1 {
namespace detail {

SinkBase::~SinkBase() = default;

namespace {

/// Owns an ErasedObject.
std::shared_ptr<void> own_object(const ErasedObject& object) {
  return {object.object, object.destroy};
}

class PrintStep final : public Step {
 public:
  PrintStep(const RecordPrinter& printer, std::size_t limit) : printer_(printer), limit_(limit) {}

  void begin(const TaskContext& context) override {
    text_ = print_header(context.batch_time);
    seen_ = 0;
  }
  void process(Chunk chunk) override {
    const auto* record = static_cast<const std::byte*>(chunk.data);
    for (std::size_t i = 0; i < chunk.size; ++i, record += printer_.size) {
      if (seen_++ >= limit_) return;
      printer_.print(text_, record);
      text_ += '\n';
    }
  }
  void flush() override {
    if (seen_ > limit_) text_ += "...\n";
    text_ += '\n';
    write_to_stdout(text_);
  }

 private:
  const RecordPrinter printer_;
  const std::size_t limit_;
  std::size_t seen_ = 0;
  std::string text_;
};

class PrintOutput final : public OutputOperation {
 public:
  PrintOutput(const RecordPrinter& printer, std::size_t limit)
      : OutputOperation(OutputPhase::task), printer_(printer), limit_(limit) {}
  StepPtr make_step() const override { return StepPtr(new PrintStep(printer_, limit_)); }

 private:
  const RecordPrinter printer_;
  const std::size_t limit_;
};

using RecordsFunction = void (*)(void* f, Chunk chunk);

class CallStep final : public Step {
 public:
  CallStep(void* f, RecordsFunction call) : f_(f), call_(call) {}
  void process(Chunk chunk) override { call_(f_, chunk); }

 private:
  void* const f_;
  const RecordsFunction call_;
};

class ForEachOutput final : public OutputOperation {
 public:
  ForEachOutput(std::shared_ptr<void> f, RecordsFunction call)
      : OutputOperation(OutputPhase::task), f_(std::move(f)), call_(call) {}
  StepPtr make_step() const override { return StepPtr(new CallStep(f_.get(), call_)); }

 private:
  const std::shared_ptr<void> f_;
  const RecordsFunction call_;
};

using RddFunction = void (*)(void* f, RddHandle&& batch, const BatchInfo& info);

class ForeachRddOutput final : public OutputOperation {
 public:
  ForeachRddOutput(std::shared_ptr<void> f, RddFunction call, const OutputInput& input)
      : OutputOperation(OutputPhase::driver),
        f_(std::move(f)),
        call_(call),
        origin_(input.origin),
        type_(input.type) {}

  void run(JobRunner& jobs, std::vector<BlockPtr> blocks, const BatchInfo& info) override {
    call_(f_.get(), handle_of_blocks(jobs, type_, std::move(blocks), origin_), info);
  }

 private:
  const std::shared_ptr<void> f_;
  const RddFunction call_;
  const Origin origin_;
  const std::string_view type_;
};

class SinkStep final : public Step {
 public:
  SinkStep(StagedOutput& output, SinkBase& sink, SinkWriter write)
      : output_(output), sink_(sink), write_(write) {}

  void begin(const TaskContext& context) override {
    key_ = output_.begin_attempt(context);
    sink_.begin(key_);
  }
  void process(Chunk chunk) override { write_(sink_, key_, chunk); }
  void flush() override { output_.end_attempt(key_, sink_.prepare(key_)); }

 private:
  StagedOutput& output_;
  SinkBase& sink_;
  const SinkWriter write_;
  WriteKey key_;
};

/// `write_to`: a user's sink.
class SinkOutput final : public StagedOutput {
 public:
  SinkOutput(std::shared_ptr<SinkBase> sink, SinkWriter write, std::string uid)
      : StagedOutput(std::move(uid)), sink_(std::move(sink)), write_(write) {}
  StepPtr make_step() const override {
    return StepPtr(new SinkStep(const_cast<SinkOutput&>(*this), *sink_, write_));
  }

 protected:
  void commit_write(const WriteKey& key, const std::string& handle) override {
    sink_->commit(key, handle);
  }
  void abort_write(const WriteKey& key, const std::string& handle) override {
    sink_->abort(key, handle);
  }

 private:
  const std::shared_ptr<SinkBase> sink_;
  const SinkWriter write_;
};

/// The step of `save_as_*`.
class FileStep final : public Step {
 public:
  FileStep(FilesOutput& output, const FileFormat& format, std::size_t record_size)
      : output_(output), format_(format), record_size_(record_size) {}

  void begin(const TaskContext& context) override {
    key_ = output_.begin_attempt(context);
    part_.begin(output_, key_);
    records_ = 0;
  }
  void process(Chunk chunk) override {
    const auto* record = static_cast<const std::byte*>(chunk.data);
    std::string& out = part_.buffer();
    if (records_ == 0 && chunk.size != 0 && format_.begin != nullptr) format_.begin(out, output_);
    for (std::size_t i = 0; i < chunk.size; ++i, record += record_size_) {
      format_.append(out, record);
      if (format_.lines) out += '\n';
      part_.drain();
    }
    records_ += chunk.size;
  }
  void flush() override {
    if (records_ > 0 && format_.end != nullptr) format_.end(part_.buffer(), records_);
    output_.end_attempt(key_, part_.finish());
  }
  void reset() noexcept override { part_.reset(); }

 private:
  FilesOutput& output_;
  const FileFormat format_;
  const std::size_t record_size_;
  WriteKey key_;
  PartFile part_;
  std::uint64_t records_ = 0;
};

class FormattedFiles final : public FilesOutput {
 public:
  FormattedFiles(const FileFormat& format, std::size_t record_size, std::string prefix,
                 std::string suffix, const SaveOptions& options, std::string_view extension)
      : FilesOutput(std::move(prefix), std::move(suffix), options, extension),
        format_(format),
        record_size_(record_size) {}

  void open(const OutputEnvironment& environment) override {
    if (format_.append == nullptr) throw_missing_codec(environment.node);
    FilesOutput::open(environment);
  }
  StepPtr make_step() const override {
    return StepPtr(new FileStep(const_cast<FormattedFiles&>(*this), format_, record_size_));
  }

 private:
  const FileFormat format_;
  const std::size_t record_size_;
};

PlanNodePtr gather(const OutputInput& input, std::size_t limit, bool reads_nothing) {
  return make_gather_node(input.origin, input.type, input.stream.node(), input.collector, limit,
                          reads_nothing);
}

/// What the tasks of a sink read: the stream as it is, all of it in one partition, or spread anew.
PlanNodePtr written(const OutputInput& input, std::uint32_t partitions) {
  if (partitions == 0) return input.stream.node();
  if (partitions == 1) return gather(input, SIZE_MAX, false);
  const Origin origin{"repartition", input.origin.where};
  return make_exchange_node(
      origin, input.type, input.stream.node(),
      std::make_shared<SpreadExchange>(input.collector, input.record_size,
                                       Partitions(partitions).checked(origin)));
}

void add_step_output(const OutputInput& input, PlanNodePtr parent,
                     std::shared_ptr<OutputOperation> operation, OutputOptions options,
                     std::string uid = {}) {
  add_output(*input.stream.context(), input.origin, input.type, std::move(parent),
             std::move(operation), nullptr, std::move(options), std::move(uid));
}

}  // namespace

void add_collecting_output(const OutputInput& input, std::shared_ptr<OutputOperation>&& operation,
                           OutputOptions& options) {
  add_output(*input.stream.context(), input.origin, input.type, input.stream.node(),
             std::move(operation), input.collector, std::move(options), {});
}

void keep_batches(const OutputInput& input, StorageLevel level, const BlockFormat* format) {
  input.stream.context()->keep_batches(
      {input.origin, input.stream.node(), input.collector, level, format});
}

std::shared_ptr<ChannelOutput> add_channel(const OutputInput& input,
                                           const ChannelOptions& options) {
  auto output = std::make_shared<ChannelOutput>(options);
  OutputOptions none;
  add_collecting_output(input, output, none);
  return output;
}

std::shared_ptr<LatestOutput> add_latest(const OutputInput& input) {
  auto output = std::make_shared<LatestOutput>();
  OutputOptions none;
  add_collecting_output(input, output, none);
  return output;
}

void add_print(const OutputInput& input, const RecordPrinter& printer, std::size_t n,
               OutputOptions& options) {
  // One record more than is shown tells whether to print "...".
  add_step_output(input, gather(input, n + 1, true), std::make_shared<PrintOutput>(printer, n),
                  std::move(options));
}

void add_for_each(const OutputInput& input, const ErasedObject& f,
                  void (*call)(void* f, Chunk chunk), ForEachOptions& options) {
  auto output = std::make_shared<ForEachOutput>(own_object(f), call);
  add_step_output(input, options.parallel ? input.stream.node() : gather(input, SIZE_MAX, false),
                  std::move(output), {std::move(options.name), options.on_failure});
}

void add_foreach_rdd(const OutputInput& input, const ErasedObject& f,
                     void (*call)(void* f, RddHandle&& batch, const BatchInfo& info),
                     OutputOptions& options) {
  add_collecting_output(input, std::make_shared<ForeachRddOutput>(own_object(f), call, input),
                        options);
}

void add_sink(const OutputInput& input, std::shared_ptr<SinkBase>&& sink, SinkWriter write,
              WriteOptions& options) {
  if (!sink) {
    throw Error(Errc::invalid_argument, "the sink is null; make one first",
                {input.origin.operation, input.origin.where, {}, {}});
  }
  auto output = std::make_shared<SinkOutput>(std::move(sink), write, options.uid);
  add_step_output(input, written(input, options.partitions), std::move(output),
                  {std::move(options.name), options.on_failure}, std::move(options.uid));
}

void add_files(const OutputInput& input, const FileFormat& format, std::string& prefix,
               std::string& suffix, SaveOptions& options, std::string_view extension) {
  auto output = std::make_shared<FormattedFiles>(format, input.record_size, std::move(prefix),
                                                 std::move(suffix), options, extension);
  add_step_output(input, written(input, options.partitions), std::move(output),
                  {std::move(options.name), options.on_failure});
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
