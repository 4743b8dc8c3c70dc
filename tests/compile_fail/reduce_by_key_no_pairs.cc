// expect: needs a stream of pairs
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
  const auto plus = [](int a, int b) { return a + b; };
#ifdef DSTREAM_BAD
  numbers.reduce_by_key(plus);
#else
  numbers.map([](int x) { return std::pair(x % 2, x); }).reduce_by_key(plus);
#endif
}
