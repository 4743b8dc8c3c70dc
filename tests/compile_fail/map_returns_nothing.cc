// expect: map: the callable must be callable as f(const T&)
#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.map([](int) {});
#else
  numbers.map([](int x) { return -x; });
#endif
}
