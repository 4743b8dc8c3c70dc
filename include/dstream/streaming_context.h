#pragma once

#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/collection_source.h>
#include <dstream/decoder.h>
#include <dstream/export.h>
#include <dstream/file_source.h>
#include <dstream/generator_source.h>
#include <dstream/inlet.h>
#include <dstream/options.h>
#include <dstream/queue_source.h>
#include <dstream/receiver_info.h>
#include <dstream/receiver_streams.h>
#include <dstream/stream.h>
#include <dstream/union_all.h>

namespace dstream {
inline namespace v1 {

class StreamingListener;
struct ListenerStatus;

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
  std::size_t cached = 0;    ///< persisted batches and cached Rdds, but for what is in files

  std::size_t total() const { return blocks + shuffles + tables + cached; }
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
    detail::check_retainable<T>();
    std::shared_ptr<detail::InletCore> core;
    DStream<T> stream(
        add_inlet({"inlet", where}, type_name<T>(), detail::kRecordType<T>, options, core));
    return {Inlet<T>(std::move(core)), std::move(stream)};
  }

  /// Collections that the host queues; each batch takes the next one (see QueueOptions).
  template <class T>
  std::pair<QueueInput<T>, DStream<T>> queue_stream(
      QueueOptions options = {}, std::source_location where = std::source_location::current()) {
    detail::check_retainable<T>();
    std::shared_ptr<detail::QueueSource> queue;
    DStream<T> stream(add_queue({"queue_stream", where}, type_name<T>(), options, queue));
    return {QueueInput<T>(std::move(queue)), std::move(stream)};
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

  /// A collection as a stream: each batch has the next options.batch_records of it. See
  /// run_to_end(); with start(), a batch per interval.
  template <class T>
  DStream<T> from(std::vector<T> records, CollectionOptions options = {},
                  std::source_location where = std::source_location::current()) {
    return add_source<T>("from", detail::make_collection_source<T>(std::move(records), options),
                         where);
  }

  /// The numbers `begin`, `begin + step`, … before `end`, as from(); they take no memory.
  DStream<std::int64_t> range(std::int64_t begin, std::int64_t end, std::int64_t step = 1,
                              CollectionOptions options = {},
                              std::source_location where = std::source_location::current());

  /// Lines of the files that appear in a directory (Spark's textFileStream). A file has to be whole
  /// when it appears: write it elsewhere on the same file system and rename it. The directory may be
  /// a pattern of directories with '*', '?' and '[…]'; one that is missing is tried again with every
  /// batch. Listed on the thread that cuts batches, read by tasks. Makes no arrivals: with the
  /// arrival trigger files come with the batches that other sources start.
  DStream<std::string_view> text_file_stream(
      std::string directory, FileStreamOptions options = {},
      std::source_location where = std::source_location::current());

  /// Records of the files that appear in a directory, as `decoder` reads them: `lines`, `csv<T>`,
  /// `frames`, `ndjson<T>` or one of your own.
  template <class D>
  auto file_stream(std::string directory, D decoder, FileStreamOptions options = {},
                   std::source_location where = std::source_location::current()) {
    if constexpr (detail::check_decoder<D>()) {
      return add_source<typename D::Record>(
          "file_stream",
          detail::make_directory_source("file_stream", std::move(directory),
                                        detail::make_file_blocks(std::move(decoder)), options,
                                        this->options()),
          where);
    }
  }

  /// Records of `record_bytes` each of the files that appear in a directory (Spark's
  /// binaryRecordsStream). A file of another length stops the context, unless the options say
  /// otherwise.
  DStream<std::string_view> binary_records_stream(
      std::string directory, std::size_t record_bytes,
      FileStreamOptions options = {.bad_records = BadRecords::fail},
      std::source_location where = std::source_location::current());

  /// Lines of a file, or of all files that a pattern names, in one batch. start() throws Errc::io
  /// where there is none.
  DStream<std::string_view> text_file(std::string path, FileOptions options = {},
                                      std::source_location where = std::source_location::current());
  DStream<std::string_view> text_files(
      std::vector<std::string> paths, FileOptions options = {},
      std::source_location where = std::source_location::current());

  /// Records of files, in the order of the paths, in one batch.
  template <class D>
  auto files(std::vector<std::string> paths, D decoder, FileOptions options = {},
             std::source_location where = std::source_location::current()) {
    if constexpr (detail::check_decoder<D>()) {
      return add_source<typename D::Record>(
          "files",
          detail::make_files_source("files", std::move(paths),
                                    detail::make_file_blocks(std::move(decoder)), options,
                                    this->options()),
          where);
    }
  }

  /// A stream of a source of one's own.
  template <class T>
  DStream<T> add_source(const char* operation, std::shared_ptr<detail::InputSource> source,
                        std::source_location where = std::source_location::current()) {
    return DStream<T>(add_input({operation, where}, type_name<T>(), std::move(source)));
  }

  // ---- several streams -----------------------------------------------------------------------

  /// Applies f to every batch of all these streams: `Rdd<U> f(Rdd<A>, Rdd<B>, …)`, and with the
  /// batch's Time at the end if f takes it; as DStream::transform():
  ///
  ///   ssc.transform(std::tie(bids, people, items), [](auto bids, auto people, auto items) { … });
  ///
  /// Throws Error{Errc::invalid_argument} for a stream of another context.
  template <class... Streams, class F>
  auto transform(const std::tuple<Streams...>& streams, F f,
                 std::source_location where = std::source_location::current()) {
    static_assert(detail::TransformCallable<F, typename std::decay_t<Streams>::value_type...>,
                  "transform: the callable must be callable as f(Rdd<A>, Rdd<B>, ...) or "
                  "f(Rdd<A>, Rdd<B>, ..., Time), with a data set per stream, and return an Rdd");
    if constexpr (detail::TransformCallable<F, typename std::decay_t<Streams>::value_type...>) {
      const detail::Origin origin{"transform", where};
      using U = typename detail::TransformResult<
          F, typename std::decay_t<Streams>::value_type...>::type::value_type;
      return std::apply(
          [&](const auto&... stream) {
            plan()->check_open(origin);
            (detail::check_same_context(plan().get(), stream.context().get(), origin), ...);
            return DStream<U>(
                plan(), detail::make_transform_node<typename std::decay_t<Streams>::value_type...>(
                            origin, {&stream.node()...}, std::move(f)));
          },
          streams);
    }
  }

  // ---- static data -----------------------------------------------------------------------------

  /// A data set of the records, in `slices` partitions of nearly equal size, one if it is 0. May be
  /// used before start(), in functions of transform and foreach_rdd, and by any thread.
  template <class T>
  Rdd<T> parallelize(std::vector<T> records, std::size_t slices = 0,
                     std::source_location where = std::source_location::current()) {
    detail::check_retainable<T>();
    return detail::rdd_of_blocks<T>(
        plan()->jobs(), detail::blocks_of<T>(std::move(records), slices), {"parallelize", where});
  }
  /// The same of any range.
  template <class Range>
    requires requires(const Range& range) { std::begin(range) != std::end(range); }
  auto parallelize(const Range& records, std::size_t slices = 0,
                   std::source_location where = std::source_location::current()) {
    std::vector<std::decay_t<decltype(*std::begin(records))>> copy;
    for (auto at = std::begin(records); at != std::end(records); ++at) copy.push_back(*at);
    return parallelize(std::move(copy), slices, where);
  }

  /// The records of a file that Rdd<T>::save_as_object_file() wrote; T an owned type. Read by each
  /// action, which throws Error{Errc::io}, {Errc::corrupt_data} for a damaged file, and
  /// {Errc::invalid_argument} for one of another type; see Rdd::persist().
  template <class T>
  Rdd<T> object_file(std::string path,
                     std::source_location where = std::source_location::current()) {
    detail::check_codec<T>();
    return detail::rdd_of_provider<T>(
        plan()->jobs(), detail::make_object_file_provider(std::move(path), detail::kBlockFormat<T>),
        {"object_file", where});
  }

  /// Streams of this context as one; see union_all().
  template <class T>
  DStream<T> union_all(const std::vector<DStream<T>>& streams,
                       std::source_location where = std::source_location::current()) {
    DStream<T> all = dstream::union_all(streams, where);
    detail::check_same_context(plan().get(), all.context().get(), {"union_all", where});
    return all;
  }
  template <class T>
  DStream<T> union_all(std::initializer_list<DStream<T>> streams,
                       std::source_location where = std::source_location::current()) {
    return union_all(std::vector<DStream<T>>(streams), where);
  }

  // ---- life ----------------------------------------------------------------------------------

  /// Checks the plan and starts. Throws Errc::no_output if nothing would be done, and
  /// Errc::illegal_state after stop(); a second start() does nothing.
  void start();

  /// Runs the whole job over inputs that end, as fast as it goes, and stops: starts the context if
  /// it has not been, makes batch after batch of what the inputs have until all are exhausted,
  /// stops gracefully, and throws the job's error where there is one. The clock starts no batch:
  /// batch times are the multiples of the interval after the start, one after the other, and may so
  /// run ahead of the clock. An input that is empty but not closed (an inlet, a queue) is looked at
  /// again after each interval. A full channel holds the job up, so read it in another thread.
  /// Throws Error{Errc::invalid_argument}, before anything starts, for an input that has no end.
  void run_to_end();

  /// How long the batches of persisted streams are kept, at least: a batch is forgotten once one
  /// that is this much later has been committed. By default, and at least, one batch interval: the
  /// last batch. Of several calls the longest counts. Throws Error{Errc::illegal_state} after
  /// start(), and {Errc::invalid_argument} for nothing or less.
  void remember(Duration duration);

  /// Ends the context. Graceful: everything received before the call is processed first. Does
  /// nothing the second time. Listeners get five seconds for the events that are queued; one that
  /// needs longer is left behind (listener_status()). Throws Errc::illegal_state inside a callback of this context.
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
  /// Takes a listener away at any time. A call that it is in goes on; later events pass it by.
  void remove_listener(const std::shared_ptr<StreamingListener>& listener);
  /// How the listeners get on; after stop() whether one of them was left behind.
  ListenerStatus listener_status() const;
  /// Events that listeners have lost: because they were slow, or because they threw.
  std::uint64_t dropped_events() const;
  /// Outputs of batches that were left out by OutputFailure::skip.
  std::uint64_t skipped_outputs() const;

  /// What the inputs that receive by themselves have done so far, in order of definition: sockets,
  /// files, custom receivers. Any thread.
  std::vector<ReceiverInfo> receivers() const;

  /// Memory that the library holds for this context's data right now.
  MemoryUse memory() const;

  const Options& options() const;
  Tunables tunables() const;
  /// Replaces the tunables; they take effect at the next batch. Throws
  /// Error{Errc::invalid_argument} for one out of range, and leaves all as they are.
  void set_tunables(const Tunables& tunables);

  // For the library's test kit and connectors.
  detail::ContextImpl& impl() { return *impl_; }

 private:
  std::shared_ptr<detail::PlanContext> plan() const;
  detail::StreamHandle add_input(const detail::Origin& origin, std::string_view type,
                                 std::shared_ptr<detail::InputSource>&& source);
  detail::StreamHandle add_inlet(const detail::Origin& origin, std::string_view type,
                                 const detail::RecordType& record, const InletOptions& options,
                                 std::shared_ptr<detail::InletCore>& core);
  detail::StreamHandle add_queue(const detail::Origin& origin, std::string_view type,
                                 const QueueOptions& options,
                                 std::shared_ptr<detail::QueueSource>& queue);

  std::shared_ptr<detail::ContextImpl> impl_;
};

}  // namespace v1
}  // namespace dstream
