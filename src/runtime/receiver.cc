#include "dstream/receiver.h"

#include <condition_variable>
#include <mutex>

#include "dstream/error.h"

#include "runtime/receiver_requests.h"

namespace dstream {
inline namespace v1 {
namespace detail {

struct ReceiverLink::State {
  std::mutex mutex;  // guards all below; taken before the generator's
  std::condition_variable changed;
  Requests requests;
  ReceiverState state = ReceiverState::initialized;
  std::uint32_t stream_id = 0;
  bool adopted = false;
};

ReceiverLink::ReceiverLink(std::shared_ptr<BlockGenerator> blocks)
    : blocks_(std::move(blocks)), state_(new State) {}
ReceiverLink::~ReceiverLink() = default;

void ReceiverLink::report_error(std::string message) {
  const std::lock_guard lock(state_->mutex);
  Requests& requests = state_->requests;
  ++requests.error_count;
  if (requests.errors.size() < kMaxErrors) requests.errors.push_back(std::move(message));
  state_->changed.notify_all();
}

void ReceiverLink::restart(const Restart& restart) {
  const std::lock_guard lock(state_->mutex);
  if (state_->state != ReceiverState::started || state_->requests.stop) return;
  state_->requests.restart = restart;
  set_state_locked(ReceiverState::restarting);
  state_->changed.notify_all();
}

void ReceiverLink::stop(std::string message) {
  const std::lock_guard lock(state_->mutex);
  if (state_->state == ReceiverState::stopped) return;
  state_->requests.stop = std::move(message);
  set_state_locked(ReceiverState::stopped);
  state_->changed.notify_all();
}

ReceiverState ReceiverLink::state() const {
  const std::lock_guard lock(state_->mutex);
  return state_->state;
}

std::uint32_t ReceiverLink::stream_id() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stream_id;
}

void ReceiverLink::set_state_locked(ReceiverState state) {
  state_->state = state;
  blocks_->set_impatient(state == ReceiverState::restarting || state == ReceiverState::stopped);
}

void ReceiverLink::set_stream_id(std::uint32_t id) {
  const std::lock_guard lock(state_->mutex);
  state_->stream_id = id;
}

bool ReceiverLink::adopt() {
  const std::lock_guard lock(state_->mutex);
  return !std::exchange(state_->adopted, true);
}

void ReceiverLink::note_stored() {
  if (blocks_->any_stored()) wake();
}

std::mutex& ReceiverLink::mutex() const { return state_->mutex; }
std::condition_variable& ReceiverLink::changed() { return state_->changed; }
ReceiverLink::Requests& ReceiverLink::requests() { return state_->requests; }
ReceiverState ReceiverLink::state_locked() const { return state_->state; }

void ReceiverLink::wake() {
  const std::lock_guard lock(state_->mutex);
  state_->changed.notify_all();
}

}  // namespace detail

ReceiverBase::ReceiverBase(detail::Box<detail::OpenBlock> block)
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
