#include "runtime/callback_scope.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

thread_local CallbackScope* t_innermost = nullptr;

}  // namespace

CallbackScope::CallbackScope(const void* owner, Kind kind)
    : owner_(owner), kind_(kind), outer_(t_innermost) {
  t_innermost = this;
}

CallbackScope::~CallbackScope() { t_innermost = outer_; }

bool CallbackScope::inside(const void* owner) {
  for (const CallbackScope* scope = t_innermost; scope != nullptr; scope = scope->outer_) {
    if (scope->owner_ == owner) return true;
  }
  return false;
}

bool CallbackScope::inside_task() {
  for (const CallbackScope* scope = t_innermost; scope != nullptr; scope = scope->outer_) {
    if (scope->kind_ == Kind::task) return true;
  }
  return false;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
