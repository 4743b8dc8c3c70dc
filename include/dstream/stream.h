#pragma once

#include <memory>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/channel.h>
#include <dstream/detail/csv_record.h>
#include <dstream/detail/files_output.h>
#include <dstream/detail/json_record.h>
#include <dstream/detail/plan_context.h>
#include <dstream/detail/staged_output.h>
#include <dstream/keyed.h>
#include <dstream/output.h>
#include <dstream/output_options.h>
#include <dstream/rdd.h>
#include <dstream/sink.h>
#include <dstream/transformations.h>

namespace dstream {
inline namespace v1 {

template <class T>
class DStream;

namespace detail {
template <class T>
struct ObjectFormat;  // object_files.h
}

/// A DStream and its key function; see Keyed.
template <class K, class T>
using KeyedDStream = Keyed<K, T, DStream>;

/// A discretized stream: the same chain of work over every batch's data set. A light handle on a
/// node of its context's plan; copying it is cheap, and several operators may use one stream, which
/// is still computed once per batch. The transformations are in Transformations, the outputs here.
///
/// Outputs run in batch-time order. All members throw Error{Errc::illegal_state} after start().
template <class T>
class DStream : public Transformations<T, DStream> {
 public:
  /// Applies f to every batch's data set: `Rdd<U> f(Rdd<T>)` or `Rdd<U> f(Rdd<T>, Time)`. f runs on
  /// the driver thread each batch, sees current outside variables and may run actions.
  template <class F>
  auto transform(F f, std::source_location where = std::source_location::current()) const {
    static_assert(std::is_invocable_v<F&, Rdd<T>> || std::is_invocable_v<F&, Rdd<T>, Time>,
                  "transform: the callable must be callable as f(Rdd<T>) or f(Rdd<T>, Time)");
    if constexpr (std::is_invocable_v<F&, Rdd<T>> || std::is_invocable_v<F&, Rdd<T>, Time>) {
      using U = typename detail::TransformResult<F, T>::type::value_type;
      using Function = detail::TransformFunction<T, U, F>;
      const detail::Origin origin{"transform", where};
      return derive<U>(origin, std::make_shared<detail::TransformNode>(
                                   origin, type_name<U>(), std::vector<detail::PlanNodePtr>{node_},
                                   std::vector<detail::CollectorFactory>{&detail::make_collector<T>},
                                   std::make_unique<Function>(std::move(f), origin)));
    }
  }

  /// Prints the first `n` records of every batch to stdout, below a header with the batch time. At
  /// least once: printed again when the batch is repeated.
  void print(std::size_t n = 10, OutputOptions options = {},
             std::source_location where = std::source_location::current()) const {
    // One record more than is shown tells whether to print "...".
    add_step_output({"print", where}, gather({"print", where}, n + 1, true),
                    detail::make_print_output<T>(n), std::move(options));
  }

  /// Calls f(const T&) with every record, one at a time in slice order, on one thread;
  /// `{.parallel = true}` lifts that. At least once: when a task is retried all of its records come
  /// again, and so they do when the batch is repeated.
  template <class F>
  void for_each(F f, ForEachOptions options = {},
                std::source_location where = std::source_location::current()) const {
    static_assert(std::is_invocable_v<F&, const T&>,
                  "for_each: the callable must be callable as f(const T&)");
    auto output = std::make_shared<detail::ForEachOutput<T, F>>(std::move(f));
    const detail::Origin origin{"for_each", where};
    add_step_output(origin, options.parallel ? node_ : gather(origin, SIZE_MAX, false),
                    std::move(output), {std::move(options.name), options.on_failure});
  }

  /// Calls f with every batch's data set, on the driver thread: `f(Rdd<T>)`, `f(Rdd<T>, Time)` or
  /// `f(Rdd<T>, Time, const BatchInfo&)`. Called for empty batches too. At least once.
  template <class F>
  void foreach_rdd(F f, OutputOptions options = {},
                   std::source_location where = std::source_location::current()) const {
    static_assert(std::is_invocable_v<F&, Rdd<T>> || std::is_invocable_v<F&, Rdd<T>, Time> ||
                      std::is_invocable_v<F&, Rdd<T>, Time, const BatchInfo&>,
                  "foreach_rdd: the callable must be callable as f(Rdd<T>), f(Rdd<T>, Time) or "
                  "f(Rdd<T>, Time, const BatchInfo&)");
    const detail::Origin origin{"foreach_rdd", where};
    add_collecting_output(origin,
                          std::make_shared<detail::ForeachRddOutput<T, F>>(std::move(f), origin),
                          std::move(options));
  }

  /// Writes every batch to a sink; see Sink for the contract. Exactly once where the sink keeps it:
  /// what tasks have written becomes visible after the batch's COMMIT, batches in time order.
  template <class AnySink>
  void write_to(std::shared_ptr<AnySink> sink, WriteOptions options = {},
                std::source_location where = std::source_location::current()) const {
    static_assert(std::is_convertible_v<AnySink*, Sink<T>*>,
                  "write_to: the sink must be a std::shared_ptr to a Sink<T>, T being this stream's "
                  "type of records");
    if constexpr (std::is_convertible_v<AnySink*, Sink<T>*>) {
      detail::check_write({"write_to", where}, options.partitions, sink != nullptr);
      auto output = std::make_shared<detail::SinkOutput<T>>(std::move(sink), options.uid);
      add_step_output({"write_to", where}, written({"write_to", where}, options.partitions),
                      std::move(output), {std::move(options.name), options.on_failure},
                      std::move(options.uid));
    }
  }

  /// Saves every batch as text, one record per line as print() shows it, in a directory of its own:
  /// `prefix-TIME_MS[.suffix]`, with a file `part-NNNNN` per partition that has records. The
  /// directory appears whole, after the batch's COMMIT; an earlier output of the same batch is
  /// replaced. Line ends inside records stay as they are.
  void save_as_text_files(std::string prefix, std::string suffix = {}, SaveOptions options = {},
                          std::source_location where = std::source_location::current()) const {
    detail::check_printable<T>();
    if constexpr (detail::holds_for_all_parts<detail::PrintsParts, T>()) {
      save<detail::TextFormat<T>>("save_as_text_files", std::move(prefix), std::move(suffix),
                                  std::move(options), "", where);
    }
  }

  /// The same as one JSON value per line, in files `part-NNNNN.ndjson`: structs and tuples as objects.
  /// Bytes that are no valid UTF-8 become U+FFFD, NaN and infinities null.
  void save_as_ndjson_files(std::string prefix, std::string suffix = {}, SaveOptions options = {},
                            std::source_location where = std::source_location::current()) const {
    constexpr bool kWritable = detail::kHasJsonForm<T>;
    static_assert(kWritable,
                  "save_as_ndjson_files: the records must be numbers, text, durations, or plain "
                  "structs, pairs, tuples, optionals, vectors and arrays of these");
    if constexpr (kWritable) {
      save<detail::NdjsonFormat<T>>("save_as_ndjson_files", std::move(prefix), std::move(suffix),
                                    std::move(options), ".ndjson", where);
    }
  }

  /// The same as comma-separated values (RFC 4180, lines ended by '\n'), in files
  /// `part-NNNNN.csv`, each with a line of column names.
  void save_as_csv_files(std::string prefix, std::string suffix = {}, SaveOptions options = {},
                         std::source_location where = std::source_location::current()) const {
    constexpr bool kWritable = detail::has_csv_form<T>();
    static_assert(kWritable,
                  "save_as_csv_files: the records must be plain structs, pairs or tuples of numbers, "
                  "text, durations and optionals of these: map() them to such a struct before");
    if constexpr (kWritable) {
      save<detail::CsvFormat<T>>("save_as_csv_files", std::move(prefix), std::move(suffix),
                                 std::move(options), ".csv", where);
    }
  }

  /// The same as the library's own object files: the codec of each record, with a checksum. start()
  /// throws Errc::missing_codec where T has none. Needs <dstream/object_files.h>.
  void save_as_object_files(std::string prefix, std::string suffix = {}, SaveOptions options = {},
                            std::source_location where = std::source_location::current()) const {
    constexpr bool kIncluded = requires { sizeof(detail::ObjectFormat<T>); };
    static_assert(kIncluded, "save_as_object_files: #include <dstream/object_files.h>");
    if constexpr (kIncluded) {
      save<detail::ObjectFormat<T>>("save_as_object_files", std::move(prefix), std::move(suffix),
                                    std::move(options), "", where);
    }
  }

  /// Results for a host thread to pull, batch by batch, each exactly once after its COMMIT.
  Channel<T> to_channel(ChannelOptions options = {},
                        std::source_location where = std::source_location::current()) const {
    auto output = std::make_shared<detail::ChannelOutput<T>>(options);
    add_collecting_output({"to_channel", where}, output);
    return Channel<T>(std::move(output));
  }

  /// The most recent batch's result, readable at any time.
  Latest<T> latest(std::source_location where = std::source_location::current()) const {
    auto output = std::make_shared<detail::LatestOutput<T>>();
    add_collecting_output({"latest", where}, output);
    return Latest<T>(std::move(output));
  }

  /// Names the operator that made this stream, for explain(), figures and messages.
  DStream& named(std::string name, std::source_location where = std::source_location::current()) {
    context_->check_open({"named", where});
    node_->name = std::move(name);
    return *this;
  }
  /// Gives the operator that made this stream an identity that survives changes of the program.
  DStream& uid(std::string uid, std::source_location where = std::source_location::current()) {
    context_->check_open({"uid", where});
    node_->uid = std::move(uid);
    return *this;
  }

  // For the library and for connectors.
  DStream(std::shared_ptr<detail::PlanContext> context, detail::PlanNodePtr node)
      : context_(std::move(context)), node_(std::move(node)) {}
  const detail::PlanNodePtr& node() const { return node_; }
  const std::shared_ptr<detail::PlanContext>& context() const { return context_; }
  void check(const detail::Origin& origin) const { context_->check_open(origin); }

  template <class U>
  DStream<U> derive(const detail::Origin& origin, detail::PlanNodePtr node) const {
    context_->check_open(origin);
    return DStream<U>(context_, std::move(node));
  }
  template <class U, class Other>
  DStream<U> derive_from(const DStream<Other>& other, const detail::Origin& origin,
                         detail::PlanNodePtr node) const {
    detail::check_same_context(context_.get(), other.context().get(), origin);
    return derive<U>(origin, std::move(node));
  }
  /// Adds an output that is given the collected batch.
  void add_collecting_output(const detail::Origin& origin,
                             std::shared_ptr<detail::OutputOperation> operation,
                             OutputOptions options = {}) const {
    detail::check_retainable<T>();
    detail::add_output(*context_, origin, type_name<T>(), node_, std::move(operation),
                       &detail::make_collector<T>, std::move(options), {});
  }

 private:
  detail::PlanNodePtr gather(const detail::Origin& origin, std::size_t limit,
                             bool reads_nothing) const {
    detail::check_retainable<T>();
    return detail::make_gather_node(origin, type_name<T>(), node_, &detail::make_collector<T>, limit,
                                    reads_nothing);
  }
  void add_step_output(const detail::Origin& origin, detail::PlanNodePtr parent,
                       std::shared_ptr<detail::OutputOperation> operation, OutputOptions options,
                       std::string uid = {}) const {
    detail::add_output(*context_, origin, type_name<T>(), std::move(parent), std::move(operation),
                       nullptr, std::move(options), std::move(uid));
  }
  /// What a sink's tasks read: the stream as it is, or all of it in one partition.
  detail::PlanNodePtr written(const detail::Origin& origin, std::uint32_t partitions) const {
    return partitions == 0 ? node_ : gather(origin, SIZE_MAX, false);
  }
  template <class Format>
  void save(const char* operation, std::string prefix, std::string suffix, SaveOptions options,
            std::string_view extension, std::source_location where) const {
    const detail::Origin origin{operation, where};
    detail::check_write(origin, options.partitions, true);
    auto output = std::make_shared<detail::FormattedFiles<T, Format>>(
        std::move(prefix), std::move(suffix), options, extension);
    add_step_output(origin, written(origin, options.partitions), std::move(output),
                    {std::move(options.name), options.on_failure});
  }

  std::shared_ptr<detail::PlanContext> context_;
  detail::PlanNodePtr node_;
};

}  // namespace v1
}  // namespace dstream
