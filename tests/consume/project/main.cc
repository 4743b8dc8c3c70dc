#include <cstdio>

#include <dstream/error.h>
#include <dstream/time.h>
#include <dstream/version.h>

// Throws an exception of the library's and catches it by type: across a shared library that works
// only if its type information is visible.
int main() {
  const dstream::Time time = dstream::Time() + std::chrono::seconds(12);
  try {
    throw dstream::Error(dstream::Errc::invalid_argument, "a message");
  } catch (const dstream::Error& error) {
    std::printf("dstream %d.%d.%d: %s at %lld s\n", DSTREAM_VERSION_MAJOR, DSTREAM_VERSION_MINOR,
                DSTREAM_VERSION_PATCH, dstream::to_string(error.code()),
                static_cast<long long>(time.ns() / 1'000'000'000));
  }
}
