// expect: combine_by_key: the callables must be callable as create(const V&)
#include <string>
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  const auto add = [](std::string a, const std::string& b) { return a + b; };
#else
  const auto add = [](std::string a, long b) { return a + std::to_string(b); };
#endif
  pairs.combine_by_key([](long x) { return std::to_string(x); }, add,
                       [](std::string a, const std::string& b) { return a + b; });
}
