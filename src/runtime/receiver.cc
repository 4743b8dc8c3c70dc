#include "dstream/receiver.h"

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

ReceiverLink::ReceiverLink(std::shared_ptr<BlockGenerator> blocks) : blocks_(std::move(blocks)) {}
ReceiverLink::~ReceiverLink() = default;

void ReceiverLink::report_error(std::string message) {
  const std::lock_guard lock(mutex_);
  ++requests_.error_count;
  if (requests_.errors.size() < kMaxErrors) requests_.errors.push_back(std::move(message));
  changed_.notify_all();
}

void ReceiverLink::restart(Restart restart) {
  const std::lock_guard lock(mutex_);
  if (state_ != ReceiverState::started || requests_.stop) return;
  requests_.restart = std::move(restart);
  set_state_locked(ReceiverState::restarting);
  changed_.notify_all();
}

void ReceiverLink::stop(std::string message) {
  const std::lock_guard lock(mutex_);
  if (state_ == ReceiverState::stopped) return;
  requests_.stop = std::move(message);
  set_state_locked(ReceiverState::stopped);
  changed_.notify_all();
}

ReceiverState ReceiverLink::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::uint32_t ReceiverLink::stream_id() const {
  const std::lock_guard lock(mutex_);
  return stream_id_;
}

void ReceiverLink::set_state_locked(ReceiverState state) {
  state_ = state;
  blocks_->set_impatient(state == ReceiverState::restarting || state == ReceiverState::stopped);
}

void ReceiverLink::set_stream_id(std::uint32_t id) {
  const std::lock_guard lock(mutex_);
  stream_id_ = id;
}

bool ReceiverLink::adopt() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(adopted_, true);
}

void ReceiverLink::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

}  // namespace detail

ReceiverBase::ReceiverBase(std::unique_ptr<detail::OpenBlock> block)
    : link_(std::make_shared<detail::ReceiverLink>(
          std::make_shared<detail::BlockGenerator>(std::move(block)))) {}
ReceiverBase::~ReceiverBase() = default;

void ReceiverBase::report_error(std::string message) { link_->report_error(std::move(message)); }
void ReceiverBase::restart(std::string message) { link_->restart({std::move(message), {}}); }
void ReceiverBase::restart(std::string message, Duration delay) {
  if (delay < Duration(0)) {
    throw Error(Errc::invalid_argument, "restart: the delay must be 0 or more");
  }
  link_->restart({std::move(message), delay});
}
void ReceiverBase::stop(std::string message) { link_->stop(std::move(message)); }

bool ReceiverBase::is_started() const { return link_->state() == ReceiverState::started; }
bool ReceiverBase::is_stopped() const {
  const ReceiverState state = link_->state();
  return state == ReceiverState::restarting || state == ReceiverState::stopped;
}
std::uint32_t ReceiverBase::stream_id() const { return link_->stream_id(); }

}  // namespace v1
}  // namespace dstream
