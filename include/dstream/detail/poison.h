#pragma once

#include <cstddef>

// Memory that is kept for reuse is out of bounds in between: under AddressSanitizer a view into a
// recycled buffer is reported at the first look. In other builds these do nothing.

#if defined(__SANITIZE_ADDRESS__)
#define DSTREAM_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DSTREAM_POISONS 1
#endif
#endif

#ifdef DSTREAM_POISONS
extern "C" {
void __asan_poison_memory_region(void const volatile* address, std::size_t size);
void __asan_unpoison_memory_region(void const volatile* address, std::size_t size);
}
#endif

namespace dstream {
inline namespace v1 {
namespace detail {

/// Forbids access to [data, data + size) until unpoison().
inline void poison([[maybe_unused]] const void* data, [[maybe_unused]] std::size_t size) noexcept {
#ifdef DSTREAM_POISONS
  __asan_poison_memory_region(data, size);
#endif
}

inline void unpoison([[maybe_unused]] const void* data,
                     [[maybe_unused]] std::size_t size) noexcept {
#ifdef DSTREAM_POISONS
  __asan_unpoison_memory_region(data, size);
#endif
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream

#undef DSTREAM_POISONS
