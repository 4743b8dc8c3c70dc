// expect: for_each: the callable must be callable as f(const Owned<T>&)
#include <string>

#include <dstream/dstream.h>

void build(dstream::Rdd<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.for_each([](const std::string&) {});
#else
  numbers.for_each([](int) {});
#endif
}
