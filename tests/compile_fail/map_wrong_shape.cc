// expect: map: the callable must be callable as f(const T&)
#include <string>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.map([](const std::string& text) { return text.size(); });
#else
  numbers.map([](int x) { return x + 1; });
#endif
}
