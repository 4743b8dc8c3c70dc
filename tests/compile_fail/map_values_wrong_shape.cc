// expect: map_values: the callable must be callable as f(const V&)
#include <string>
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  pairs.map_values([](const std::string& text) { return text.size(); });
#else
  pairs.map_values([](long x) { return x + 1; });
#endif
}
