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
#include <dstream/detail/plan_handle.h>
#include <dstream/detail/transform_function.h>
#include <dstream/format.h>
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
class DStream : public Transformations<T, DStream>,
                public StaticJoins<T>,
                public detail::StreamHandle {
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
      return transformed<T>({"transform", where}, {&node()}, std::move(f));
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
      detail::check_same_context(context().get(), other.context().get(), origin);
      return transformed<T, V>(origin, {&node(), &other.node()}, std::move(f));
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
      detail::check_same_jobs(context()->jobs().handle(), table.handle(), origin);
      if constexpr (std::is_invocable_v<F&, Rdd<T>, Rdd<V>>) {
        return transformed<T>(origin, {&node()}, [table, f = std::move(f)](Rdd<T> batch) mutable {
          return f(std::move(batch), table);
        });
      } else {
        return transformed<T>(origin, {&node()},
                              [table, f = std::move(f)](Rdd<T> batch, Time time) mutable {
                                return f(std::move(batch), table, time);
                              });
      }
    }
  }

  /// Keeps every batch, at rest, for StreamingContext::remember() or one batch interval: for
  /// slice(), and once for all functions of whole data sets. Returns this stream. `level`: see
  /// StorageLevel; a level with a disk needs a codec for T (else start() throws
  /// Errc::missing_codec) and Options::cache_directory, one with a copy two executors (else
  /// Errc::invalid_argument).
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
    for (auto& [time, provider] : context()->slice(origin, node(), from, until)) {
      batches.emplace_back(
          time, detail::rdd_of_provider<T>(context()->jobs(), std::move(provider), origin));
    }
    return batches;
  }

  /// Prints the first `n` records of every batch to stdout, below a header with the batch time. At
  /// least once: printed again when the batch is repeated.
  void print(std::size_t n = 10, OutputOptions options = {},
             std::source_location where = std::source_location::current()) const {
    detail::check_printable<T>();
    if constexpr (detail::holds_for_all_parts<detail::PrintsParts, T>()) {
      detail::add_print(input({"print", where}), detail::kRecordPrinter<T>, n, options);
    }
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
      detail::add_for_each(input({"for_each", where}),
                           {new F(std::move(f)), &detail::destroy_object<F>},
                           &detail::call_with_records<T, F>, options);
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
      detail::add_foreach_rdd(input({"foreach_rdd", where}),
                              {new F(std::move(f)), &detail::destroy_object<F>},
                              &detail::call_with_rdd<T, F>, options);
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
      detail::add_sink(input({"write_to", where}), std::shared_ptr<Sink<T>>(std::move(sink)),
                       &detail::write_records<T>, options);
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
      detail::add_files(input({"save_as_text_files", where}),
                        {detail::kRecordPrinter<T>.print, nullptr, nullptr, true}, prefix, suffix,
                        options, "");
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
      detail::add_files(input({"save_as_ndjson_files", where}), detail::kNdjsonFormat<T>, prefix,
                        suffix, options, ".ndjson");
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
      detail::add_files(input({"save_as_csv_files", where}), detail::kCsvFormat<T>, prefix, suffix,
                        options, ".csv");
    }
  }

  /// The same as the library's own object files: the codec of each record, with a checksum. start()
  /// throws Errc::missing_codec where T has none. Needs <dstream/object_files.h>.
  void save_as_object_files(std::string prefix, std::string suffix = {}, SaveOptions options = {},
                            std::source_location where = std::source_location::current()) const {
    constexpr bool kIncluded = requires { sizeof(detail::ObjectFormat<T>); };
    static_assert(kIncluded, "save_as_object_files: #include <dstream/object_files.h>");
    if constexpr (kIncluded) {
      detail::add_files(input({"save_as_object_files", where}), detail::ObjectFormat<T>::format(),
                        prefix, suffix, options, "");
    }
  }

  /// Results for a host thread to pull, batch by batch, each exactly once after its COMMIT.
  Channel<T> to_channel(ChannelOptions options = {},
                        std::source_location where = std::source_location::current()) const {
    return Channel<T>(detail::add_channel(input({"to_channel", where}), options));
  }

  /// The most recent batch's result, readable at any time.
  Latest<T> latest(std::source_location where = std::source_location::current()) const {
    return Latest<T>(detail::add_latest(input({"latest", where})));
  }

  /// Names the operator that made this stream, for explain(), figures and messages.
  DStream& named(std::string name, std::source_location where = std::source_location::current()) {
    set_name({"named", where}, std::move(name));
    return *this;
  }
  /// Gives the operator that made this stream an identity that survives changes of the program.
  DStream& uid(std::string uid, std::source_location where = std::source_location::current()) {
    set_uid({"uid", where}, std::move(uid));
    return *this;
  }

  // For the library and for connectors.
  explicit DStream(detail::StreamHandle&& handle) noexcept : StreamHandle(std::move(handle)) {}
  DStream(std::shared_ptr<detail::PlanContext> context, detail::PlanNodePtr node)
      : StreamHandle(std::move(context), std::move(node)) {}

  template <class U>
  DStream<U> derive(const detail::Origin& origin, detail::PlanNodePtr&& node) const {
    return DStream<U>(derive_node(origin, std::move(node)));
  }
  template <class U, class Other>
  DStream<U> derive_from(const DStream<Other>& other, const detail::Origin& origin,
                         detail::PlanNodePtr&& node) const {
    return DStream<U>(derive_with(other, origin, std::move(node)));
  }
  /// Adds an output that is given the collected batch.
  void add_collecting_output(const detail::Origin& origin,
                             std::shared_ptr<detail::OutputOperation> operation,
                             OutputOptions options = {}) const {
    detail::add_collecting_output(input(origin), std::move(operation), options);
  }

 private:
  detail::OutputInput input(const detail::Origin& origin) const {
    return {*this, origin, type_name<T>(), &detail::make_collector<T>, sizeof(T)};
  }
  DStream kept(const detail::Origin& origin, StorageLevel level,
               const detail::BlockFormat* format) const {
    detail::check_retainable<T>();
    detail::keep_batches(input(origin), level, format);
    return *this;
  }
  template <class... Parents, class F>
  auto transformed(const detail::Origin& origin,
                   std::initializer_list<const detail::PlanNodePtr*> parents, F f) const {
    using U = typename detail::TransformResult<F, Parents...>::type::value_type;
    return derive<U>(origin,
                     detail::make_transform_node<Parents...>(origin, parents, std::move(f)));
  }
};

}  // namespace v1
}  // namespace dstream
