// expect: for_each: the callable must be callable as f(const T&)
#include <string>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.for_each([](const std::string&) {});
#else
  numbers.for_each([](int) {});
#endif
}
