// expect: the other side of a join must be a stream of pairs
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  pairs.left_outer_join(pairs.map([](const auto& p) { return p.first; }));
#else
  pairs.left_outer_join(pairs.key_by([](const auto& p) { return p.first; }));
#endif
}
