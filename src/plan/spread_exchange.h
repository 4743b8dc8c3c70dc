#pragma once

#include <cstddef>
#include <cstdint>

#include "dstream/detail/exchange.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Deals a batch's records out to n partitions as repartition() does, the record at position i to
/// partition i mod n, without their type: for the outputs, whose tasks wait for files and sinks.
class SpreadExchange final : public Exchange {
 public:
  SpreadExchange(CollectorFactory collector, std::size_t record_size, std::uint32_t partitions)
      : collector_(collector), record_size_(record_size), partitions_(partitions) {}
  std::uint32_t partitions(const ExchangeSettings&) const override { return partitions_; }
  TerminalPtr make_writer(const ExchangeSettings& settings) const override;
  ReaderPtr make_reader(const ExchangeSettings& settings) const override;
  /// Exactly n partitions, with records or without.
  bool wanted(const ExchangeSettings&, std::span<const SliceOutputPtr>,
              std::uint32_t) const override {
    return true;
  }

 private:
  const CollectorFactory collector_;
  const std::size_t record_size_;
  const std::uint32_t partitions_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
