// expect: a stream joins a stream, and an Rdd an Rdd
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  pairs.foreach_rdd([&](const dstream::Rdd<std::pair<int, long>>& rdd) { rdd.join(pairs); });
#else
  pairs.foreach_rdd([&](const dstream::Rdd<std::pair<int, long>>& rdd) { rdd.join(rdd); });
#endif
}
