#pragma once

/// Everything a stream program needs.

#include <dstream/batch.h>
#include <dstream/batch_info.h>
#include <dstream/block.h>
#include <dstream/channel.h>
#include <dstream/clock.h>
#include <dstream/dead_letter.h>
#include <dstream/error.h>
#include <dstream/field_names.h>
#include <dstream/format.h>
#include <dstream/generator_source.h>
#include <dstream/hash.h>
#include <dstream/hash_of.h>
#include <dstream/inlet.h>
#include <dstream/keyed.h>
#include <dstream/listener.h>
#include <dstream/memory_bytes.h>
#include <dstream/options.h>
#include <dstream/output.h>
#include <dstream/owned.h>
#include <dstream/push_result.h>
#include <dstream/queue_source.h>
#include <dstream/rdd.h>
#include <dstream/receiver_status.h>
#include <dstream/reflect.h>
#include <dstream/source_range.h>
#include <dstream/stream.h>
#include <dstream/streaming_context.h>
#include <dstream/task_context.h>
#include <dstream/text.h>
#include <dstream/through.h>
#include <dstream/time.h>
#include <dstream/transformations.h>
#include <dstream/type_name.h>
#include <dstream/version.h>
