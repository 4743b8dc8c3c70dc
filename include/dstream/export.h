#pragma once

/// DSTREAM_EXPORT marks what the shared library offers; everything else stays hidden.
#if defined(__GNUC__)
#define DSTREAM_EXPORT __attribute__((visibility("default")))
#else
#define DSTREAM_EXPORT
#endif
