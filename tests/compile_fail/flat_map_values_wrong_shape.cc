// expect: flat_map_values: the callable must return a range
#include <utility>
#include <vector>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  pairs.flat_map_values([](long x) { return x; });
#else
  pairs.flat_map_values([](long x) { return std::vector<long>(2, x); });
#endif
}
