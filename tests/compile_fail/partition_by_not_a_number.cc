// expect: partition_by: the function must be callable as f(key)
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  pairs.join(pairs, dstream::partition_by([](int key) { return key / 2.0; }, 4));
#else
  pairs.join(pairs, dstream::partition_by([](int key) { return key / 2; }, 4));
#endif
}
