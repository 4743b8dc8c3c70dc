// expect: needs a stream of pairs
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.sort_by_key();
#else
  numbers.map([](int x) { return std::pair(x % 2, x); }).sort_by_key();
#endif
}
