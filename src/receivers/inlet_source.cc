#include "dstream/inlet.h"

#include <utility>
#include <vector>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// Records of an inlet, read where their producers wrote them.
class InletBlock final : public Block {
 public:
  InletBlock(const RecordType& type, std::shared_ptr<InletCore> core, std::vector<InletRun> runs)
      : type_(type), core_(std::move(core)), runs_(std::move(runs)) {
    for (const InletRun& run : runs_) size_ += run.count;
  }
  ~InletBlock() override { core_->release(runs_.data(), runs_.size()); }
  InletBlock(const InletBlock&) = delete;
  InletBlock& operator=(const InletBlock&) = delete;

  std::size_t size() const override { return size_; }
  std::size_t bytes() const override { return sizeof(*this) + size_ * type_.size; }

  void read(std::size_t begin, std::size_t end, Step& to) const override {
    std::size_t run_begin = 0;
    for (const InletRun& run : runs_) {
      if (run_begin >= end) break;
      const std::size_t from = begin > run_begin ? begin - run_begin : 0;
      const std::size_t until = end - run_begin < run.count ? end - run_begin : run.count;
      if (from < until) {
        hand_on(type_, run.segment->records + (run.begin + from) * type_.size, until - from, to);
      }
      run_begin += run.count;
    }
  }

 private:
  const RecordType& type_;
  const std::shared_ptr<InletCore> core_;
  const std::vector<InletRun> runs_;
  std::size_t size_ = 0;
};

/// The context's end of an inlet.
class InletSource final : public InputSource {
 public:
  InletSource(const RecordType& type, std::shared_ptr<InletCore> core, std::size_t block_records)
      : type_(type), core_(std::move(core)), block_records_(block_records) {}
  ~InletSource() override { core_->abandon(); }

  void start(SourceHost& host) override { core_->start(host); }
  void stop() override { core_->stop(); }
  bool has_data() const override { return core_->has_data(); }
  bool arm_arrival() override { return core_->arm_arrival(); }
  SourceEnd end() const override {
    // In this order: what was pushed before the inlet was closed is seen.
    const bool closed = core_->closed();
    if (core_->has_data()) return SourceEnd::ahead;
    return closed ? SourceEnd::reached : SourceEnd::open;
  }

  void cut(Time, Time, std::vector<BlockPtr>& blocks) override {
    std::vector<InletRun> taken;
    core_->take(taken);
    std::vector<InletRun> runs;
    std::size_t records = 0;
    for (const InletRun& run : taken) {
      if (records != 0 && records + run.count > block_records_) {
        blocks.push_back(std::make_shared<InletBlock>(type_, core_, std::exchange(runs, {})));
        records = 0;
      }
      runs.push_back(run);
      records += run.count;
    }
    if (records != 0) {
      blocks.push_back(std::make_shared<InletBlock>(type_, core_, std::move(runs)));
    }
  }

 private:
  const RecordType& type_;
  const std::shared_ptr<InletCore> core_;
  const std::size_t block_records_;
};

}  // namespace

InletEnds make_inlet_ends(const RecordType& type, const InletOptions& options) {
  if (options.capacity_bytes == 0 || options.block_records == 0) {
    throw Error(Errc::invalid_argument,
                "InletOptions: capacity_bytes and block_records must be greater than zero");
  }
  const InletCore::Layout layout{type.size, type.alignment > 64 ? type.alignment : 64,
                                 type.destroy};
  auto core = std::make_shared<InletCore>(layout, options.capacity_bytes);
  auto source = std::make_shared<InletSource>(type, core, options.block_records);
  return {std::move(core), std::move(source)};
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
