// expect: sort_by: the key must be a pointer to a member or callable as f(const T&)
#include <string>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.sort_by([](const std::string& text) { return text.size(); });
#else
  numbers.sort_by([](int x) { return -x; });
#endif
}
