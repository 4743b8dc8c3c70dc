#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <dstream/detail/input_source.h>
#include <dstream/options.h>
#include <dstream/receiver.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Owns a custom receiver while its context lives: starts it, restarts it when it asks or when
/// on_start throws, stops it first when the context stops, and tells it what became of its
/// positions. One thread of its own, from start() to close(); what waits for it is bounded by
/// ReceiverLink::kMaxErrors, BlockGenerator::kMaxPositions and the batches in flight.
class ReceiverSupervisor final : public InputSource {
 public:
  ReceiverSupervisor(std::shared_ptr<ReceiverBase> receiver, const Options& options);
  ~ReceiverSupervisor() override;

  void start(SourceHost& host) override;
  void cut(Time from, Time until, std::vector<BlockPtr>& blocks) override;
  bool has_data() const override { return blocks().has_data(); }
  bool arm_arrival() override { return blocks().arm_arrival(); }
  /// Returns after on_stop.
  void stop() override;
  void committed(Time until) override;
  void close() override;
  void set_tunables(const Tunables& tunables) override;
  std::optional<ReceiverStatus> receiver_status() const override;
  std::optional<std::uint32_t> preferred_executor() const override;
  std::string describe(Time, Time until) const override { return blocks().describe(until); }

 private:
  BlockGenerator& blocks() const { return link_->blocks(); }
  void run();
  bool has_work() const;
  void handle(ReceiverLink::Requests requests);
  void acknowledge();
  void acknowledge_one(void (ReceiverBase::*told)(const ReceiverPosition&),
                       const ReceiverPosition& position);
  void start_receiver();
  void stop_receiver();
  void restart_receiver(const ReceiverLink::Restart& restart);
  bool pause(Duration delay);
  Duration growing_delay();
  void note_error(const std::string& message);
  void tell(ReceiverEvent event);

  const std::shared_ptr<ReceiverBase> receiver_;
  const std::shared_ptr<ReceiverLink> link_;
  const Duration block_interval_;
  SourceHost* host_ = nullptr;
  std::thread thread_;
  bool running_ = false;             // on_start has returned; the supervisor's thread only
  std::uint32_t failed_starts_ = 0;  // one after the other; the supervisor's thread only

  // Guarded by link_->mutex().
  Tunables tunables_;
  ReceiverStatus status_;
  std::vector<ReceiverPosition> committed_;
  bool stopping_ = false;
  bool ended_ = false;  // the receiver has stopped for good
  bool closing_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
