// expect: flat_map: the callable must return a range for a const T&
#include <vector>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.flat_map([](int x) { return x; });
#else
  numbers.flat_map([](int x) { return std::vector<int>{x, x}; });
#endif
}
