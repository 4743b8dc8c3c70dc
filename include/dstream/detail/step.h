#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <dstream/detail/box.h>
#include <dstream/export.h>
#include <dstream/task_context.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// A run of records moving through a stage. The element type is known to the two steps that hand
/// the chunk over; the erased pointer keeps the plan free of it.
struct Chunk {
  void* data = nullptr;
  std::size_t size = 0;
  bool movable = false;  ///< the receiver is the only one who will see these records

  template <class T>
  std::span<const T> records() const {
    return {static_cast<const T*>(data), size};
  }
  template <class T>
  std::span<T> movable_records() const {
    return {static_cast<T*>(data), size};
  }
};

template <class T>
Chunk shared_chunk(const T* data, std::size_t size) {
  return {const_cast<void*>(static_cast<const void*>(data)), size, false};
}

/// How many records of a size a step hands on at once: 1 024, fewer where they would exceed 32 KiB.
constexpr std::size_t chunk_capacity(std::size_t record_size) {
  const std::size_t by_size = (std::size_t{32} << 10) / record_size;
  return by_size > 1024 ? 1024 : by_size < 16 ? 16 : by_size;
}
template <class T>
constexpr std::size_t chunk_capacity() {
  return chunk_capacity(sizeof(T));
}

/// One operator at work inside a task: takes chunks, hands chunks to the next step. A step is used
/// by one task at a time and is recycled; the user's callable that it runs is shared by all tasks.
class DSTREAM_EXPORT Step {
 public:
  virtual ~Step();

  /// A new task begins.
  virtual void begin(const TaskContext&) {}
  /// Handles one chunk; whatever the chunk's views point at lives until this call returns.
  virtual void process(Chunk chunk) = 0;
  /// Whether the step can take a filter's choice as positions, which saves copying the records
  /// together (late materialisation; Boncz, Zukowski, Nes: MonetDB/X100, CIDR 2005).
  virtual bool takes_selection() const { return false; }
  /// Handles those records of the chunk whose positions are given, in order.
  virtual void process_selected(Chunk, std::span<const std::uint16_t>) {}
  /// The slice has ended: hands on what is held back.
  virtual void flush() {}
  /// The attempt has failed: drops what is held.
  virtual void reset() noexcept {}

  /// Hands a chunk to the next step.
  void hand_on(Chunk chunk) { hand_to(*next_, chunk); }
  void hand_on_selected(Chunk chunk, std::span<const std::uint16_t> positions) {
    *active_ = next_;
    next_->process_selected(chunk, positions);
    *active_ = this;
  }
  bool next_takes_selection() const { return next_->takes_selection(); }

  /// Puts this step before `next`. `active` is the pipeline's note of the step at work, so that an
  /// exception can be traced to its operator without a try block per step.
  void connect(Step* next, Step** active) {
    next_ = next;
    active_ = active;
  }

 protected:
  void hand_to(Step& next, Chunk chunk) {
    *active_ = &next;
    next.process(chunk);
    *active_ = this;
  }

 private:
  Step* next_ = nullptr;
  Step** active_ = nullptr;
};

using StepPtr = Box<Step>;

/// What one task leaves behind for another stage or for an output.
class DSTREAM_EXPORT SliceOutput {
 public:
  virtual ~SliceOutput();
  /// Records that a reader of `partition` will find.
  virtual std::size_t records(std::uint32_t partition) const = 0;
  /// Memory held, in bytes.
  virtual std::size_t bytes() const = 0;
};

using SliceOutputPtr = std::shared_ptr<SliceOutput>;

/// The last step of a path through a stage: keeps what the task produced.
class DSTREAM_EXPORT Terminal : public Step {
 public:
  /// Hands over the output of the slice; called once, after flush().
  virtual SliceOutputPtr take() = 0;
  /// Memory that it keeps from task to task, in bytes.
  virtual std::size_t bytes() const { return 0; }
};

using TerminalPtr = Box<Terminal>;

}  // namespace detail
}  // namespace v1
}  // namespace dstream
