#include "runtime/receiver_supervisor.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/what_of.h"
#include "dstream/clock.h"
#include "dstream/detail/sources.h"
#include "dstream/error.h"

#include "runtime/callback_scope.h"
#include "runtime/context_impl.h"
#include "runtime/receiver_requests.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr const char* kName = "receiver_stream";

}  // namespace

ReceiverSupervisor::ReceiverSupervisor(std::shared_ptr<ReceiverBase> receiver,
                                       const Options& options)
    : receiver_(std::move(receiver)),
      link_(receiver_->link()),
      block_interval_(options.block_interval),
      tunables_(options.tunables) {}

ReceiverSupervisor::~ReceiverSupervisor() {
  stop();
  close();
}

void ReceiverSupervisor::start(SourceHost& host) {
  host_ = &host;
  link_->set_stream_id(stream_id());
  blocks().configure(
      {tunables_.receiver_capacity_bytes, block_interval_, tunables_.receiver_max_rate});
  blocks().start(host);
  thread_ = std::thread([this] { run(); });
}

void ReceiverSupervisor::cut(Time, Time until, std::vector<BlockPtr>& taken) {
  blocks().cut(until, taken);
  link_->note_stored();
}

void ReceiverSupervisor::stop() {
  if (!thread_.joinable()) return blocks().close();
  std::unique_lock lock(link_->mutex());
  stopping_ = true;
  link_->set_state_locked(ReceiverState::stopped);
  link_->changed().notify_all();
  link_->changed().wait(lock, [this] { return ended_; });
  lock.unlock();
  blocks().close();
}

void ReceiverSupervisor::committed(Time until) {
  std::vector<ReceiverPosition> positions = blocks().take_committed(until);
  if (positions.empty()) return;
  const std::lock_guard lock(link_->mutex());
  for (ReceiverPosition& position : positions) committed_.push_back(std::move(position));
  link_->changed().notify_all();
}

void ReceiverSupervisor::close() {
  {
    const std::lock_guard lock(link_->mutex());
    closing_ = stopping_ = true;
    link_->changed().notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool ReceiverSupervisor::has_work() const {
  return (stopping_ && !ended_) || link_->requests().any() || !committed_.empty() ||
         blocks().any_stored();
}

void ReceiverSupervisor::run() {
  // stop() waits for this thread: the receiver's own calls of it must be refused.
  const CallbackScope scope(dynamic_cast<const ContextImpl*>(host_), CallbackScope::Kind::protocol);
  start_receiver();
  std::unique_lock lock(link_->mutex());
  while (true) {
    link_->changed().wait(lock, [this] { return closing_ || has_work(); });
    const bool stopping = stopping_ && !ended_;
    ReceiverLink::Requests requests = std::exchange(link_->requests(), {});
    lock.unlock();
    acknowledge();
    handle(std::move(requests));
    if (stopping) stop_receiver();
    lock.lock();
    if (stopping) {
      ended_ = true;
      link_->changed().notify_all();
    }
    if (closing_ && ended_ && !has_work()) return;
  }
}

/// Tells the receiver what became of its positions.
void ReceiverSupervisor::acknowledge() {
  const std::vector<ReceiverPosition> stored = blocks().take_stored();
  std::vector<ReceiverPosition> committed;
  {
    const std::lock_guard lock(link_->mutex());
    committed.swap(committed_);
  }
  for (const ReceiverPosition& position : stored) {
    acknowledge_one(&ReceiverBase::on_stored, position);
  }
  for (const ReceiverPosition& position : committed) {
    acknowledge_one(&ReceiverBase::on_committed, position);
  }
}

/// What it throws is no reason to keep the next ones from the receiver.
void ReceiverSupervisor::acknowledge_one(void (ReceiverBase::*told)(const ReceiverPosition&),
                                         const ReceiverPosition& position) {
  try {
    ((*receiver_).*told)(position);
  } catch (...) {
    note_error("an acknowledgement failed: " + what_of(std::current_exception()));
  }
}

void ReceiverSupervisor::handle(ReceiverLink::Requests requests) {
  {
    const std::lock_guard lock(link_->mutex());
    status_.failures += requests.error_count - requests.errors.size();
  }
  for (const std::string& message : requests.errors) note_error(message);
  if (requests.stop) {
    if (!requests.stop->empty()) note_error(*requests.stop);
    stop_receiver();
  } else if (requests.restart) {
    note_error(requests.restart->message);
    restart_receiver(*requests.restart);
  }
}

/// Calls on_start until it returns, with growing pauses, or until the receiver is to stop.
void ReceiverSupervisor::start_receiver() {
  while (true) {
    {
      const std::lock_guard lock(link_->mutex());
      if (stopping_ || link_->requests().stop) return;
      // Set before on_start, whose threads may look.
      link_->set_state_locked(ReceiverState::started);
    }
    try {
      receiver_->on_start();
      running_ = true;
      failed_starts_ = 0;
    } catch (...) {
      const std::string message = what_of(std::current_exception());
      Duration delay;
      {
        const std::lock_guard lock(link_->mutex());
        if (!stopping_ && !link_->requests().stop) {
          link_->set_state_locked(ReceiverState::restarting);
        }
        link_->requests().restart.reset();
        delay = growing_delay();
      }
      note_error("on_start failed: " + message);
      if (!pause(delay)) return;
      continue;
    }
    {
      const std::lock_guard lock(link_->mutex());
      ++status_.connects;
      status_.connected = true;
    }
    return tell(ReceiverEvent::started);
  }
}

void ReceiverSupervisor::stop_receiver() {
  if (!std::exchange(running_, false)) return;
  try {
    receiver_->on_stop();
  } catch (...) {
    note_error("on_stop failed: " + what_of(std::current_exception()));
  }
  {
    const std::lock_guard lock(link_->mutex());
    status_.connected = false;
  }
  tell(ReceiverEvent::stopped);
}

void ReceiverSupervisor::restart_receiver(const ReceiverLink::Restart& restart) {
  stop_receiver();
  Duration delay;
  {
    const std::lock_guard lock(link_->mutex());
    delay = restart.delay.value_or(tunables_.receiver_restart_delay);
  }
  if (pause(delay)) start_receiver();
}

/// Waits; acknowledges meanwhile. False if the receiver is to stop.
bool ReceiverSupervisor::pause(Duration delay) {
  Clock& clock = host_->clock();
  std::unique_lock lock(link_->mutex());
  const Time deadline = clock.now() + delay;
  while (!stopping_ && !link_->requests().stop && clock.now() < deadline) {
    if (!committed_.empty() || blocks().any_stored()) {
      lock.unlock();
      acknowledge();
      lock.lock();
      continue;
    }
    clock.wait_until(lock, link_->changed(), deadline);
  }
  return !stopping_ && !link_->requests().stop;
}

/// The pause after one more failed start.
Duration ReceiverSupervisor::growing_delay() {
  constexpr std::uint32_t kMaxDoublings = 20;
  constexpr Duration kLeast = std::chrono::milliseconds(1);  // so that no delay is no busy loop
  Duration delay = std::max(kLeast, tunables_.receiver_restart_delay);
  const Duration longest = std::max(delay, tunables_.max_reconnect_delay);
  const std::uint32_t doublings = std::min(failed_starts_++, kMaxDoublings);
  for (std::uint32_t i = 0; i < doublings; ++i) {
    delay = delay > longest / 2 ? longest : delay * 2;
  }
  return delay;
}

void ReceiverSupervisor::note_error(const std::string& message) {
  {
    const std::lock_guard lock(link_->mutex());
    ++status_.failures;
    status_.last_error = message;
    status_.last_error_time = host_->clock().now();
  }
  tell(ReceiverEvent::error);
}

void ReceiverSupervisor::tell(ReceiverEvent event) {
  host_->receiver_event(event, {stream_id(), kName, preferred_executor(), *receiver_status()});
}

void ReceiverSupervisor::set_tunables(const Tunables& tunables) {
  {
    const std::lock_guard lock(link_->mutex());
    tunables_ = tunables;
  }
  blocks().set_limits(tunables.receiver_capacity_bytes, tunables.receiver_max_rate);
}

std::optional<ReceiverStatus> ReceiverSupervisor::receiver_status() const {
  const std::lock_guard lock(link_->mutex());
  ReceiverStatus status = status_;
  status.state = link_->state_locked();
  status.records = blocks().records();
  status.held_bytes = blocks().held_bytes();
  status.refused_records = blocks().refused();
  return status;
}

/// A hint: a receiver that throws has none.
std::optional<std::uint32_t> ReceiverSupervisor::preferred_executor() const {
  try {
    return receiver_->preferred_executor();
  } catch (...) {
    return std::nullopt;
  }
}

std::shared_ptr<InputSource> make_receiver_source(std::shared_ptr<ReceiverBase> receiver,
                                                  const Options& options) {
  if (receiver == nullptr) {
    throw Error(Errc::invalid_argument, "receiver_stream: the receiver is null");
  }
  if (!receiver->link()->adopt()) {
    throw Error(
        Errc::invalid_argument,
        "receiver_stream: the receiver serves another stream; make one receiver per stream");
  }
  return std::make_shared<ReceiverSupervisor>(std::move(receiver), options);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
