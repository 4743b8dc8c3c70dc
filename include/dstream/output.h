#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/batch_info.h>
#include <dstream/channel.h>
#include <dstream/detail/files_output.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/plan_handle.h>
#include <dstream/detail/plan_node.h>
#include <dstream/detail/rdd_actions.h>
#include <dstream/detail/staged_output.h>
#include <dstream/export.h>
#include <dstream/output_options.h>
#include <dstream/rdd.h>
#include <dstream/sink.h>
#include <dstream/storage_level.h>

namespace dstream {
inline namespace v1 {

namespace detail {

// What the outputs of DStream are made of. Everything but the user's own functions is compiled in the
// library.

/// A stream's records as an output takes them.
struct OutputInput {
  const StreamHandle& stream;
  Origin origin;
  std::string_view type;
  CollectorFactory collector;
  std::size_t record_size;
};

/// An object without its type, which the output takes over.
struct ErasedObject {
  void* object;
  void (*destroy)(const void* object);
};

/// The output is given the collected batch.
DSTREAM_EXPORT void add_collecting_output(const OutputInput& input,
                                          std::shared_ptr<OutputOperation>&& operation,
                                          OutputOptions& options);

/// Keeps the batches for slice().
DSTREAM_EXPORT void keep_batches(const OutputInput& input, StorageLevel level,
                                 const BlockFormat* format);

/// What a channel and its stream share.
DSTREAM_EXPORT std::shared_ptr<ChannelOutput> add_channel(const OutputInput& input,
                                                          const ChannelOptions& options);
DSTREAM_EXPORT std::shared_ptr<LatestOutput> add_latest(const OutputInput& input);

/// Prints the first `n` records of each batch.
DSTREAM_EXPORT void add_print(const OutputInput& input, const RecordPrinter& printer, std::size_t n,
                              OutputOptions& options);

template <class T, class F>
void call_with_records(void* f, Chunk chunk) {
  for (const T& record : chunk.records<T>()) (*static_cast<F*>(f))(record);
}
/// Calls a function with each record.
DSTREAM_EXPORT void add_for_each(const OutputInput& input, const ErasedObject& f,
                                 void (*call)(void* f, Chunk chunk), ForEachOptions& options);

template <class T, class F>
void call_with_rdd(void* f, RddHandle&& batch, const BatchInfo& info) {
  F& function = *static_cast<F*>(f);
  if constexpr (std::is_invocable_v<F&, Rdd<T>, Time, const BatchInfo&>) {
    function(Rdd<T>(std::move(batch)), info.batch_time, info);
  } else if constexpr (std::is_invocable_v<F&, Rdd<T>, Time>) {
    function(Rdd<T>(std::move(batch)), info.batch_time);
  } else {
    function(Rdd<T>(std::move(batch)));
  }
}
/// Calls a function with each batch's data set, on the driver thread.
DSTREAM_EXPORT void add_foreach_rdd(const OutputInput& input, const ErasedObject& f,
                                    void (*call)(void* f, RddHandle&& batch, const BatchInfo& info),
                                    OutputOptions& options);

template <class T>
void write_records(SinkBase& sink, const WriteKey& key, Chunk chunk) {
  for (const T& record : chunk.records<T>()) static_cast<Sink<T>&>(sink).write(key, record);
}
/// Writes to a user's sink. Throws Errc::invalid_argument where the sink is null.
DSTREAM_EXPORT void add_sink(const OutputInput& input, std::shared_ptr<SinkBase>&& sink,
                             SinkWriter write, WriteOptions& options);

/// Saves files.
DSTREAM_EXPORT void add_files(const OutputInput& input, const FileFormat& format,
                              std::string& prefix, std::string& suffix, SaveOptions& options,
                              std::string_view extension);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
