#pragma once

namespace dstream {
inline namespace v1 {
namespace detail {

/// Marks the calling thread as running the user's code on behalf of a context. Scopes nest: a task
/// may run another context's inline batch, and TBB may run one task inside another's wait.
class CallbackScope {
 public:
  enum class Kind : unsigned char {
    task,      ///< an operator's callable: may wait for nothing
    protocol,  ///< anything else that the context itself waits for: drivers, sources, the batch log
  };
  /// `owner` identifies the context.
  CallbackScope(const void* owner, Kind kind);
  ~CallbackScope();
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

  /// Whether the calling thread is inside a callback of this context.
  static bool inside(const void* owner);
  /// Whether the calling thread is inside a task of any context.
  static bool inside_task();

 private:
  const void* const owner_;
  const Kind kind_;
  CallbackScope* const outer_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
