#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <dstream/block.h>
#include <dstream/streaming_context.h>

#include "property/faults.h"
#include "property/oracle.h"
#include "property/values.h"

/// Streams and batches whose element type is known at run time only.
namespace property {

/// A DStream<T>.
struct AnyStream {
  std::shared_ptr<const void> stream;

  template <class T>
  static AnyStream of(const dstream::DStream<T>& s) {
    return {std::make_shared<const dstream::DStream<T>>(s)};
  }
  template <class T>
  const dstream::DStream<T>& as() const {
    return *static_cast<const dstream::DStream<T>*>(stream.get());
  }
};

/// A Slices<Held<T>>: the slices of a batch, or the blocks of one, or a record list per batch.
struct AnySlices {
  std::shared_ptr<const void> slices;

  template <class T>
  static AnySlices of(Slices<T> s) {
    return {std::make_shared<const Slices<T>>(std::move(s))};
  }
  template <class T>
  const Slices<T>& as() const {
    return *static_cast<const Slices<T>*>(slices.get());
  }
};

enum class OutputKind : std::uint8_t { capture, for_each, foreach_rdd, channel, latest };
inline constexpr std::size_t kOutputKinds = 5;

/// An output operation of the engine, and what it delivered.
class Output {
 public:
  virtual ~Output() = default;
  /// A batch was committed, and none is running.
  virtual void batch_done() {}
  /// One record list per batch; all batches in one for for_each, the last batch for latest.
  virtual AnySlices take() = 0;
};

/// The host's side of a source.
class Source {
 public:
  virtual ~Source() = default;
  virtual AnyStream stream() const = 0;
  virtual void push(const AnySlices& blocks) = 0;
};

/// How many records a graph's batches have.
enum class Size : std::uint8_t { small, medium, large };

/// What can be done with an element type.
class Element {
 public:
  virtual ~Element() = default;
  virtual std::unique_ptr<Source> make_source(dstream::StreamingContext& context) const = 0;
  virtual std::unique_ptr<Output> make_output(const AnyStream& stream, OutputKind kind,
                                              Faults* faults) const = 0;
  virtual AnySlices random_blocks(Rng& rng, Size size) const = 0;
  /// The blocks as the engine keeps them.
  virtual std::vector<dstream::detail::BlockPtr> engine_blocks(const AnySlices& blocks) const = 0;
  virtual std::uint64_t records(const AnySlices& slices) const = 0;
  virtual AnySlices cut(const AnySlices& blocks, const OracleSettings& settings) const = 0;
  /// What an output of this kind must have delivered of these batches.
  virtual AnySlices delivered(const std::vector<AnySlices>& batches, OutputKind kind) const = 0;
  /// How `got` differs from `expected`; in the same order if `ordered`, else as multisets.
  virtual std::optional<std::string> difference(const AnySlices& expected, const AnySlices& got,
                                                bool ordered) const = 0;
};

const Element& element(Type type);
const char* name_of(Type type);

}  // namespace property
