// expect: top, take_ordered: the records have no order
#include <string>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.top(3, [](const std::string& a, const std::string& b) { return a < b; });
#else
  numbers.top(3, [](int a, int b) { return a % 10 < b % 10; });
#endif
}
