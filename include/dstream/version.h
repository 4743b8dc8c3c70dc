#pragma once

// The one place that holds the version: the build reads these three lines.
#define DSTREAM_VERSION_MAJOR 0
#define DSTREAM_VERSION_MINOR 1
#define DSTREAM_VERSION_PATCH 0

/// One number to compare against: major * 10000 + minor * 100 + patch.
#define DSTREAM_VERSION \
  (DSTREAM_VERSION_MAJOR * 10000 + DSTREAM_VERSION_MINOR * 100 + DSTREAM_VERSION_PATCH)
