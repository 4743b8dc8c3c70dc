// expect: reduce: the callable must be callable as f(Owned<T>, const T&)
#include <string>

#include <dstream/dstream.h>

auto build(dstream::Rdd<int> numbers) {
#ifdef DSTREAM_BAD
  return numbers.reduce([](const std::string& a, int) { return a; });
#else
  return numbers.reduce([](int a, int b) { return a + b; });
#endif
}
