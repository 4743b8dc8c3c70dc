// expect: needs a stream of pairs
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.join(numbers);
#else
  auto pairs = numbers.map([](int x) { return std::pair(x, x); });
  pairs.join(pairs);
#endif
}
