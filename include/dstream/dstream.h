#pragma once

/// Everything a stream program needs.

#include <dstream/batch.h>
#include <dstream/batch_info.h>
#include <dstream/channel.h>
#include <dstream/clock.h>
#include <dstream/error.h>
#include <dstream/generator_source.h>
#include <dstream/inlet.h>
#include <dstream/options.h>
#include <dstream/output.h>
#include <dstream/queue_source.h>
#include <dstream/rdd.h>
#include <dstream/stream.h>
#include <dstream/streaming_context.h>
#include <dstream/text.h>
#include <dstream/through.h>
#include <dstream/time.h>
