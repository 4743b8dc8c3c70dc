// expect: reduce_by_key: the callable must be callable as f(Owned<V>, const V&)
#include <string>
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, double>> pairs) {
#ifdef DSTREAM_BAD
  pairs.reduce_by_key([](double a, const std::string& b) { return a + b.size(); });
#else
  pairs.reduce_by_key([](double a, double b) { return a + b; });
#endif
}
