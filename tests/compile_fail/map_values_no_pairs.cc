// expect: needs a stream of pairs
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.map_values([](int x) { return x + 1; });
#else
  numbers.map([](int x) { return std::pair(x, x); }).map_values([](int x) { return x + 1; });
#endif
}
