#pragma once

#include <initializer_list>
#include <memory>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/channel.h>
#include <dstream/detail/block_format.h>
#include <dstream/detail/csv_record.h>
#include <dstream/detail/files_output.h>
#include <dstream/detail/json_record.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/plan_context.h>
#include <dstream/detail/staged_output.h>
#include <dstream/detail/transform_function.h>
#include <dstream/keyed.h>
#include <dstream/output.h>
#include <dstream/output_options.h>
#include <dstream/rdd.h>
#include <dstream/sink.h>
#include <dstream/static_joins.h>
#include <dstream/storage_level.h>
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
class DStream : public Transformations<T, DStream>, public StaticJoins<T> {
 public:
  using StaticJoins<T>::join;
  using StaticJoins<T>::left_outer_join;
  using StaticJoins<T>::right_outer_join;
  using StaticJoins<T>::full_outer_join;
  using Transformations<T, DStream>::join;
  using Transformations<T, DStream>::left_outer_join;
  using Transformations<T, DStream>::right_outer_join;
  using Transformations<T, DStream>::full_outer_join;

  /// Applies f to every batch's data set: `Rdd<U> f(Rdd<T>)` or `Rdd<U> f(Rdd<T>, Time)`. f runs on
  /// the driver thread each batch, sees current outside variables and may run actions.
  template <class F>
  auto transform(F f, std::source_location where = std::source_location::current()) const {
    static_assert(detail::TransformCallable<F, T>,
                  "transform: the callable must be callable as f(Rdd<T>) or f(Rdd<T>, Time) and "
                  "return an Rdd");
    if constexpr (detail::TransformCallable<F, T>) {
      return transformed<T>({"transform", where}, {&node_}, std::move(f));
    }
  }

  /// Applies f to every batch of this stream and of the other: `Rdd<U> f(Rdd<T>, Rdd<V>)` or
  /// `Rdd<U> f(Rdd<T>, Rdd<V>, Time)`; as transform(). StreamingContext::transform() takes more
  /// streams. Throws Error{Errc::invalid_argument} for a stream of another context.
  template <class V, class F>
  auto transform_with(const DStream<V>& other, F f,
                      std::source_location where = std::source_location::current()) const {
    static_assert(detail::TransformCallable<F, T, V>,
                  "transform_with: the callable must be callable as f(Rdd<T>, Rdd<V>) or "
                  "f(Rdd<T>, Rdd<V>, Time), where V is the other stream's type, and return an Rdd");
    if constexpr (detail::TransformCallable<F, T, V>) {
      const detail::Origin origin{"transform_with", where};
      detail::check_same_context(context_.get(), other.context().get(), origin);
      return transformed<T, V>(origin, {&node_, &other.node()}, std::move(f));
    }
  }

  /// Applies f to every batch and a data set that does not change: `Rdd<U> f(Rdd<T>, Rdd<V>)` or
  /// `Rdd<U> f(Rdd<T>, Rdd<V>, Time)`; as transform(). cache() the data set if it is not plain data:
  /// each batch would compute it anew.
  template <class V, class F>
  auto transform_with(const Rdd<V>& table, F f,
                      std::source_location where = std::source_location::current()) const {
    static_assert(detail::TransformCallable<F, T, V>,
                  "transform_with: the callable must be callable as f(Rdd<T>, Rdd<V>) or "
                  "f(Rdd<T>, Rdd<V>, Time), where V is the data set's type, and return an Rdd");
    if constexpr (detail::TransformCallable<F, T, V>) {
      const detail::Origin origin{"transform_with", where};
      detail::check_same_jobs(context_->jobs().handle(), table.handle(), origin);
      if constexpr (std::is_invocable_v<F&, Rdd<T>, Rdd<V>>) {
        return transformed<T>(origin, {&node_}, [table, f = std::move(f)](Rdd<T> batch) mutable {
          return f(std::move(batch), table);
        });
      } else {
        return transformed<T>(origin, {&node_},
                              [table, f = std::move(f)](Rdd<T> batch, Time time) mutable {
                                return f(std::move(batch), table, time);
                              });
      }
    }
  }

  /// Keeps every batch, at rest, for StreamingContext::remember() or one batch interval: for
  /// slice(), and once for all functions of whole data sets. Returns this stream. `level`: see StorageLevel; a
  /// level with a disk needs a codec for T (else start() throws Errc::missing_codec) and
  /// Options::cache_directory, one with a copy two executors (else Errc::invalid_argument).
  /// Throws Error{Errc::invalid_argument} where the stream is persisted with another level.
  DStream persist(StorageLevel level = StorageLevel::memory,
                  std::source_location where = std::source_location::current()) const {
    return kept({"persist", where}, level, &detail::kBlockFormat<T>);
  }
  /// persist() in memory.
  DStream cache(std::source_location where = std::source_location::current()) const {
    return kept({"cache", where}, StorageLevel::memory, nullptr);
  }

  /// The batches of a persisted stream with times from `from` to `until`, oldest first; both ends
  /// belong to it and are rounded down to the batch interval. Times before the first batch, and
  /// batches that are forgotten or not committed, are left out. From a host's thread while the
  /// context is active, or inside a function on the driver thread, which finds all batches before
  /// its own. A batch lives as long as its Rdd. Throws Error{Errc::illegal_state} where the context
  /// is not active or the stream not persisted.
  std::vector<std::pair<Time, Rdd<T>>> slice(
      Time from, Time until, std::source_location where = std::source_location::current()) const {
    const detail::Origin origin{"slice", where};
    std::vector<std::pair<Time, Rdd<T>>> batches;
    for (auto& [time, provider] : context_->slice(origin, node_, from, until)) {
      batches.emplace_back(
          time, detail::rdd_of_provider<T>(context_->jobs(), std::move(provider), origin));
    }
    return batches;
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
    if constexpr (std::is_invocable_v<F&, const T&>) {
      auto output =
          detail::make_kept<detail::ForEachOutput<T, F>, detail::OutputOperation>(std::move(f));
      const detail::Origin origin{"for_each", where};
      add_step_output(origin, options.parallel ? node_ : gather(origin, SIZE_MAX, false),
                      std::move(output), {std::move(options.name), options.on_failure});
    }
  }

  /// Calls f with every batch's data set, on the driver thread: `f(Rdd<T>)`, `f(Rdd<T>, Time)` or
  /// `f(Rdd<T>, Time, const BatchInfo&)`. Called for empty batches too. At least once.
  template <class F>
  void foreach_rdd(F f, OutputOptions options = {},
                   std::source_location where = std::source_location::current()) const {
    constexpr bool kShape = std::is_invocable_v<F&, Rdd<T>> ||
                            std::is_invocable_v<F&, Rdd<T>, Time> ||
                            std::is_invocable_v<F&, Rdd<T>, Time, const BatchInfo&>;
    static_assert(kShape,
                  "foreach_rdd: the callable must be callable as f(Rdd<T>), f(Rdd<T>, Time) or "
                  "f(Rdd<T>, Time, const BatchInfo&)");
    if constexpr (kShape) {
      const detail::Origin origin{"foreach_rdd", where};
      add_collecting_output(
          origin,
          detail::make_kept<detail::ForeachRddOutput<T, F>, detail::OutputOperation>(std::move(f),
                                                                                     origin),
          std::move(options));
    }
  }

  /// Writes every batch to a sink; see Sink for the contract. Exactly once where the sink keeps it:
  /// what tasks have written becomes visible after the batch's COMMIT, batches in time order.
  template <class AnySink>
  void write_to(std::shared_ptr<AnySink> sink, WriteOptions options = {},
                std::source_location where = std::source_location::current()) const {
    static_assert(std::is_convertible_v<AnySink*, Sink<T>*>,
                  "write_to: the sink must be a std::shared_ptr to a Sink<T>, T being this "
                  "stream's type of records");
    if constexpr (std::is_convertible_v<AnySink*, Sink<T>*>) {
      detail::check_sink({"write_to", where}, sink != nullptr);
      auto output = detail::make_kept<detail::SinkOutput<T>, detail::OutputOperation>(
          std::move(sink), options.uid);
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

  /// The same as one JSON value per line, in files `part-NNNNN.ndjson`: structs and tuples as
  /// objects. Bytes that are no valid UTF-8 become U+FFFD, NaN and infinities null.
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
                  "save_as_csv_files: the records must be plain structs, pairs or tuples of "
                  "numbers, text, durations and optionals of these: map() them to one before");
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
    auto output = detail::make_kept<detail::ChannelOutput<T>>(options);
    add_collecting_output({"to_channel", where}, output);
    return Channel<T>(std::move(output));
  }

  /// The most recent batch's result, readable at any time.
  Latest<T> latest(std::source_location where = std::source_location::current()) const {
    auto output = detail::make_kept<detail::LatestOutput<T>>();
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
  /// What a sink's tasks read: the stream as it is, all of it in one partition, or spread anew.
  detail::PlanNodePtr written(const detail::Origin& origin, std::uint32_t partitions) const {
    if (partitions > 1) return this->repartition(Partitions(partitions), origin.where).node();
    return partitions == 0 ? node_ : gather(origin, SIZE_MAX, false);
  }
  template <class Format>
  void save(const char* operation, std::string prefix, std::string suffix, SaveOptions options,
            std::string_view extension, std::source_location where) const {
    const detail::Origin origin{operation, where};
    auto output = detail::make_kept<detail::FormattedFiles<T, Format>, detail::OutputOperation>(
        std::move(prefix), std::move(suffix), options, extension);
    add_step_output(origin, written(origin, options.partitions), std::move(output),
                    {std::move(options.name), options.on_failure});
  }

  DStream kept(const detail::Origin& origin, StorageLevel level,
               const detail::BlockFormat* format) const {
    detail::check_retainable<T>();
    context_->keep_batches({origin, node_, &detail::make_collector<T>, level, format});
    return *this;
  }
  template <class... Parents, class F>
  auto transformed(const detail::Origin& origin,
                   std::initializer_list<const detail::PlanNodePtr*> parents, F f) const {
    using U = typename detail::TransformResult<F, Parents...>::type::value_type;
    return derive<U>(origin, detail::make_transform_node<Parents...>(origin, parents, std::move(f)));
  }

  std::shared_ptr<detail::PlanContext> context_;
  detail::PlanNodePtr node_;
};

}  // namespace v1
}  // namespace dstream
