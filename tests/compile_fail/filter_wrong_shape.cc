// expect: filter: the callable must be callable as f(const T&) and return bool
#include <string>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.filter([](int x) { return std::to_string(x); });
#else
  numbers.filter([](int x) { return x > 0; });
#endif
}
