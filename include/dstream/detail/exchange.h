#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <dstream/detail/collector.h>
#include <dstream/detail/step.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What an exchange is told when a plan is compiled.
struct ExchangeSettings {
  std::uint32_t partitions = 16;
  std::uint64_t hash_seed = 0;
};

/// The reading side of an exchange, one per running task, recycled.
class DSTREAM_EXPORT ExchangeReader {
 public:
  virtual ~ExchangeReader();
  /// Hands what the slices wrote for `partition` to `to`, merged in slice order. The slices stay as
  /// they are: a retry reads them again. What readers of one parent implement.
  virtual void read(std::span<const SliceOutputPtr> slices, std::uint32_t partition, Step& to);
  /// The same over the slices of every parent, as the node has its parents. What readers of several
  /// parents implement; by default read() of the only one's.
  virtual void read_parents(std::span<const std::span<const SliceOutputPtr>> parents,
                            std::uint32_t partition, Step& to);
  /// Drops what a failed attempt left behind.
  virtual void reset() noexcept {}
};

using ReaderPtr = Box<ExchangeReader>;

/// The writing side of an exchange: tasks of the writing stage leave one SliceOutput each. Immutable
/// and shared by all tasks; the members may be called from any thread.
class DSTREAM_EXPORT ExchangeSide {
 public:
  virtual ~ExchangeSide();
  virtual std::uint32_t partitions(const ExchangeSettings& settings) const = 0;
  virtual TerminalPtr make_writer(const ExchangeSettings& settings) const = 0;
  /// Takes an output back whose batch is done, to reuse its memory.
  virtual void recycle(SliceOutputPtr) const {}
};

/// How records cross from one stage to the next: the writing side, and the tasks of the reading
/// stage, one per partition, that merge what it left. Immutable and shared by all tasks; the members
/// may be called from any thread.
class DSTREAM_EXPORT Exchange : public ExchangeSide {
 public:
  ~Exchange() override;
  virtual ReaderPtr make_reader(const ExchangeSettings& settings) const = 0;
  /// Whether partition 0 is read even where nothing was written: count() of nothing is 0.
  virtual bool reads_nothing() const { return false; }
  /// What the tasks of one of the node's parents write with; all sides have the same partitions.
  virtual const ExchangeSide& side(std::uint32_t /*parent*/) const { return *this; }
  /// Whether a task must read `partition` of what was written; a slice that left nothing is null.
  /// By default: where a slice has records for it.
  virtual bool wanted(const ExchangeSettings& settings, std::span<const SliceOutputPtr> slices,
                      std::uint32_t partition) const;
};

/// A shuffle with a writing side per parent, whose readers see the slices of all of them.
class DSTREAM_EXPORT CoExchange final : public Exchange {
 public:
  using Sides = std::vector<std::shared_ptr<const ExchangeSide>>;
  using ReaderFactory = ReaderPtr (*)();

  CoExchange(Sides sides, ReaderFactory make_reader);
  ~CoExchange() override;
  std::uint32_t partitions(const ExchangeSettings& settings) const override;
  TerminalPtr make_writer(const ExchangeSettings& settings) const override;
  ReaderPtr make_reader(const ExchangeSettings& settings) const override;
  const ExchangeSide& side(std::uint32_t parent) const override { return *sides_[parent]; }

 private:
  Sides sides_;
  ReaderFactory make_reader_;
};

/// All slices in one partition, in slice order: for outputs that take records one by one.
class DSTREAM_EXPORT GatherExchange final : public Exchange {
 public:
  /// Keeps at most `limit` records of a slice. `reads_nothing`: empty batches are read, too.
  GatherExchange(CollectorFactory collector, std::size_t limit, bool reads_nothing)
      : collector_(collector), limit_(limit), reads_nothing_(reads_nothing) {}
  std::uint32_t partitions(const ExchangeSettings&) const override { return 1; }
  TerminalPtr make_writer(const ExchangeSettings&) const override { return collector_(limit_); }
  ReaderPtr make_reader(const ExchangeSettings&) const override;
  bool reads_nothing() const override { return reads_nothing_; }

 private:
  CollectorFactory collector_;
  std::size_t limit_;
  bool reads_nothing_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
