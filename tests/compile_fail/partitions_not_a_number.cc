// expect: the partitions of a shuffle are a number from 1 to 128, or partition_by(f, n)
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  pairs.reduce_by_key([](long a, long b) { return a + b; }, "four");
#else
  pairs.reduce_by_key([](long a, long b) { return a + b; }, 4);
#endif
}
