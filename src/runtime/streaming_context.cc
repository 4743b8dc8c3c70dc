#include "dstream/streaming_context.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "dstream/detail/sources.h"
#include "dstream/error.h"
#include "dstream/fixed_records.h"
#include "dstream/lines.h"
#include "dstream/listener.h"
#include "runtime/context_impl.h"

namespace dstream {
inline namespace v1 {
namespace {

/// The contexts that live in this process, for get_active().
struct Registry {
  std::mutex mutex;  // leaf
  std::vector<StreamingContext*> contexts;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

StreamingContext::StreamingContext(Options options)
    : impl_(std::make_shared<detail::ContextImpl>(std::move(options))) {
  std::lock_guard lock(registry().mutex);
  registry().contexts.push_back(this);
}

StreamingContext::~StreamingContext() {
  {
    std::lock_guard lock(registry().mutex);
    std::erase(registry().contexts, this);
  }
  impl_->abandon();
}

std::shared_ptr<detail::PlanContext> StreamingContext::plan() const { return impl_; }

detail::StreamHandle StreamingContext::add_input(const detail::Origin& origin,
                                                 std::string_view type,
                                                 std::shared_ptr<detail::InputSource>&& source) {
  auto node = detail::make_source_node(origin, type, std::move(source));
  impl_->add_input(node);
  return {impl_, std::move(node)};
}

detail::StreamHandle StreamingContext::add_inlet(const detail::Origin& origin,
                                                 std::string_view type,
                                                 const detail::RecordType& record,
                                                 const InletOptions& options,
                                                 std::shared_ptr<detail::InletCore>& core) {
  detail::InletEnds ends = detail::make_inlet_ends(record, options);
  core = std::move(ends.core);
  return add_input(origin, type, std::move(ends.source));
}

detail::StreamHandle StreamingContext::add_queue(const detail::Origin& origin,
                                                 std::string_view type, const QueueOptions& options,
                                                 std::shared_ptr<detail::QueueSource>& queue) {
  queue = detail::make_queue(options);
  return add_input(origin, type, queue);
}

DStream<std::string_view> StreamingContext::socket_text_stream(std::string host, std::uint16_t port,
                                                               std::source_location where) {
  return add_source<std::string_view>(
      "socket_text_stream",
      detail::make_socket_text_source(std::move(host), port, impl_->options()), where);
}

DStream<std::int64_t> StreamingContext::range(std::int64_t begin, std::int64_t end,
                                              std::int64_t step, CollectionOptions options,
                                              std::source_location where) {
  return add_source<std::int64_t>("range", detail::make_range_source(begin, end, step, options),
                                  where);
}

DStream<std::string_view> StreamingContext::text_file_stream(std::string directory,
                                                             FileStreamOptions options,
                                                             std::source_location where) {
  return add_source<std::string_view>(
      "text_file_stream",
      detail::make_directory_source("text_file_stream", std::move(directory),
                                    detail::make_file_blocks(lines()), options, impl_->options()),
      where);
}

DStream<std::string_view> StreamingContext::binary_records_stream(std::string directory,
                                                                  std::size_t record_bytes,
                                                                  FileStreamOptions options,
                                                                  std::source_location where) {
  return add_source<std::string_view>(
      "binary_records_stream",
      detail::make_directory_source("binary_records_stream", std::move(directory),
                                    detail::make_file_blocks(fixed_records(record_bytes)), options,
                                    impl_->options()),
      where);
}

DStream<std::string_view> StreamingContext::text_file(std::string path, FileOptions options,
                                                      std::source_location where) {
  return text_files({std::move(path)}, options, where);
}

DStream<std::string_view> StreamingContext::text_files(std::vector<std::string> paths,
                                                       FileOptions options,
                                                       std::source_location where) {
  return add_source<std::string_view>(
      "text_files",
      detail::make_files_source("text_files", std::move(paths), detail::make_file_blocks(lines()),
                                options, impl_->options()),
      where);
}

void StreamingContext::start() { impl_->start(); }
void StreamingContext::run_to_end() { impl_->run_to_end(); }
void StreamingContext::remember(Duration duration) { impl_->remember(duration); }
void StreamingContext::stop(StopMode mode) { impl_->stop(mode); }
void StreamingContext::await_termination() { impl_->await(std::nullopt); }
bool StreamingContext::await_termination_for(Duration timeout) { return impl_->await(timeout); }
ContextState StreamingContext::state() const { return impl_->state(); }

StreamingContext* StreamingContext::get_active() {
  std::lock_guard lock(registry().mutex);
  StreamingContext* active = nullptr;
  for (StreamingContext* context : registry().contexts) {
    if (context->state() != ContextState::active) continue;
    if (active != nullptr) {
      throw Error(Errc::illegal_state,
                  "several contexts are active in this process; keep a reference to the one that "
                  "you mean instead of calling get_active()");
    }
    active = context;
  }
  return active;
}

std::string StreamingContext::explain(ExplainFormat format) const { return impl_->explain(format); }

void StreamingContext::add_listener(std::shared_ptr<StreamingListener> listener) {
  impl_->check_open({"add_listener"});
  impl_->listeners().add(std::move(listener));
}

void StreamingContext::remove_listener(const std::shared_ptr<StreamingListener>& listener) {
  impl_->listeners().remove(listener);
}

ListenerStatus StreamingContext::listener_status() const { return impl_->listeners().status(); }
std::uint64_t StreamingContext::dropped_events() const {
  const ListenerStatus status = listener_status();
  return status.dropped + status.thrown;
}
std::uint64_t StreamingContext::skipped_outputs() const { return impl_->skipped_outputs(); }
std::vector<ReceiverInfo> StreamingContext::receivers() const { return impl_->receivers(); }
MemoryUse StreamingContext::memory() const { return impl_->memory(); }
const Options& StreamingContext::options() const { return impl_->options(); }
Tunables StreamingContext::tunables() const { return impl_->tunables(); }
void StreamingContext::set_tunables(const Tunables& tunables) { impl_->set_tunables(tunables); }

}  // namespace v1
}  // namespace dstream
