// expect: fold_by_key: zero must convert to Owned<V>
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  pairs.fold_by_key("zero", [](long a, long b) { return a + b; });
#else
  pairs.fold_by_key(0, [](long a, long b) { return a + b; });
#endif
}
