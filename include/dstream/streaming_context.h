#pragma once

#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/export.h>
#include <dstream/generator_source.h>
#include <dstream/inlet.h>
#include <dstream/options.h>
#include <dstream/queue_source.h>
#include <dstream/receiver_info.h>
#include <dstream/receiver_streams.h>
#include <dstream/stream.h>

namespace dstream {
inline namespace v1 {

class StreamingListener;

/// Life of a context; moves only forward.
enum class ContextState : std::uint8_t {
  initialized,  ///< the plan may be built
  active,       ///< batches run
  stopped,      ///< for good: by stop(), by the destructor, or by an error
};

/// How stop() goes about it.
enum class StopMode : std::uint8_t {
  immediate,  ///< running tasks end, waiting batches are dropped
  graceful,   ///< sources stop first, everything that was received is processed
};

/// Memory held for data, in bytes; what records own on the heap themselves is not counted.
struct MemoryUse {
  std::size_t blocks = 0;    ///< received blocks of batches that are not done
  std::size_t shuffles = 0;  ///< slices of shuffles and collected results of batches in flight
  std::size_t tables = 0;    ///< combine tables kept for the next task

  std::size_t total() const { return blocks + shuffles + tables; }
};

/// How explain() writes.
enum class ExplainFormat : std::uint8_t { text, dot };

namespace detail {
class ContextImpl;
}

/// The entry point: makes input streams, runs the plan that is built on them batch by batch.
/// Several contexts may be active in one process. No thread starts before start(); the destructor
/// is an immediate stop. Build the plan in one thread; start, stop, state, explain and the awaiting
/// members may be called from any thread, stop() and the awaiting ones not from inside the context's
/// own callbacks: tasks, outputs, transform, listeners.
class DSTREAM_EXPORT StreamingContext : public ReceiverStreams<StreamingContext> {
 public:
  /// Throws Error{Errc::invalid_argument} for options out of range, with what to do.
  explicit StreamingContext(Options options = {});
  ~StreamingContext();
  StreamingContext(const StreamingContext&) = delete;
  StreamingContext& operator=(const StreamingContext&) = delete;

  // ---- input streams -------------------------------------------------------------------------

  /// Lines that a TCP server sends: connects to host:port, and again with growing delay whenever
  /// the connection fails or ends. Lines end with '\n'; a '\r' before it is dropped.
  DStream<std::string_view> socket_text_stream(
      std::string host, std::uint16_t port,
      std::source_location where = std::source_location::current());

  /// Records that threads of the host push: `auto [inlet, stream] = ssc.inlet<Bid>()`.
  template <class T>
  std::pair<Inlet<T>, DStream<T>> inlet(
      InletOptions options = {}, std::source_location where = std::source_location::current()) {
    auto [handle, source] = detail::make_inlet<T>(options);
    return {std::move(handle), add_source<T>("inlet", std::move(source), where)};
  }

  /// Collections that the host queues; each batch takes the next one (see QueueOptions).
  template <class T>
  std::pair<QueueInput<T>, DStream<T>> queue_stream(
      QueueOptions options = {}, std::source_location where = std::source_location::current()) {
    auto [handle, source] = detail::make_queue_source<T>(options);
    return {std::move(handle), add_source<T>("queue_stream", std::move(source), where)};
  }

  /// Records made by the library at a rate: T f(std::uint64_t index).
  template <class F>
  auto generator_stream(GeneratorOptions options, F f,
                        std::source_location where = std::source_location::current()) {
    using T = std::decay_t<std::invoke_result_t<const F&, std::uint64_t>>;
    return add_source<T>("generator_stream", detail::make_generator_source(options, std::move(f)),
                         where);
  }
  /// Records made once per batch: std::vector<T> f(Time batch_time).
  template <class F>
    requires std::is_invocable_v<const F&, Time>
  auto generator_stream(F f, std::source_location where = std::source_location::current()) {
    using T = typename std::decay_t<std::invoke_result_t<const F&, Time>>::value_type;
    return add_source<T>("generator_stream", detail::make_generator_source(std::move(f)), where);
  }

  /// A stream of a source of one's own.
  template <class T>
  DStream<T> add_source(const char* operation, std::shared_ptr<detail::InputSource> source,
                        std::source_location where = std::source_location::current()) {
    const detail::Origin origin{operation, where};
    auto node = std::make_shared<detail::SourceNode>(origin, type_name<T>(), std::move(source));
    plan()->add_input(node);
    return DStream<T>(plan(), std::move(node));
  }

  // ---- life ----------------------------------------------------------------------------------

  /// Checks the plan and starts. Throws Errc::no_output if nothing would be done, and
  /// Errc::illegal_state after stop(); a second start() does nothing.
  void start();

  /// Ends the context. Graceful: everything received before the call is processed first. Does
  /// nothing the second time. Throws Errc::illegal_state inside a callback of this context.
  void stop(StopMode mode = StopMode::immediate);

  /// Waits until the context has stopped; rethrows the error that stopped it.
  void await_termination();
  /// The same with a limit: true if the context has stopped.
  bool await_termination_for(Duration timeout);

  ContextState state() const;

  /// The only active context of this process, or null. Throws Errc::illegal_state if there are
  /// several: then name the one you mean.
  static StreamingContext* get_active();

  // ---- watching and tuning ---------------------------------------------------------------------

  /// The plan as stages and shuffles; with live figures after start().
  std::string explain(ExplainFormat format = ExplainFormat::text) const;

  /// Adds a listener; before start().
  void add_listener(std::shared_ptr<StreamingListener> listener);
  /// Events that slow listeners have lost.
  std::uint64_t dropped_events() const;

  /// What the inputs that receive by themselves have done so far, in order of definition: sockets,
  /// files, custom receivers. Any thread.
  std::vector<ReceiverInfo> receivers() const;

  /// Memory that the library holds for this context's data right now.
  MemoryUse memory() const;

  const Options& options() const;
  Tunables tunables() const;
  /// Replaces the tunables; they take effect at the next batch.
  void set_tunables(const Tunables& tunables);

  // For the library's test kit and connectors.
  detail::ContextImpl& impl() { return *impl_; }

 private:
  std::shared_ptr<detail::PlanContext> plan() const;

  std::shared_ptr<detail::ContextImpl> impl_;
};

}  // namespace v1
}  // namespace dstream
