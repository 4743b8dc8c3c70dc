// expect: both sides of a join must have the same key type
#include <string>
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs,
           dstream::DStream<std::pair<short, std::string>> names) {
#ifdef DSTREAM_BAD
  pairs.join(names);
#else
  pairs.join(names.map([](const auto& p) { return std::pair(int{p.first}, p.second); }));
#endif
}
