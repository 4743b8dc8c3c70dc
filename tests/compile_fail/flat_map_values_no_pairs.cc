// expect: needs a stream of pairs
#include <utility>
#include <vector>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.flat_map_values([](int x) { return std::vector<int>(1, x); });
#else
  numbers.map([](int x) { return std::pair(x, x); }).flat_map_values([](int x) {
    return std::vector<int>(1, x);
  });
#endif
}
