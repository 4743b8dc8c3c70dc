#pragma once

#include <memory>
#include <utility>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Owns an object without its type; destroys it even where this throws.
DSTREAM_EXPORT std::shared_ptr<const void> keep(const void* object,
                                                void (*destroy)(const void* object));

template <class T>
void destroy_object(const void* object) {
  delete static_cast<const T*>(object);
}

/// std::make_shared for what a plan keeps: with a block of counts that the library has made, which
/// users' code need not instantiate. `Base` is a base of T with a virtual destructor, or T.
template <class T, class Base = T, class... Args>
std::shared_ptr<Base> make_kept(Args&&... args) {
  Base* const object = new T(std::forward<Args>(args)...);
  return std::shared_ptr<Base>(keep(object, &destroy_object<Base>), object);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
