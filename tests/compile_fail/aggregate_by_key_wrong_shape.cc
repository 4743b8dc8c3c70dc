// expect: aggregate_by_key: the callables must be callable as C add(C, const V&)
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  const auto merge = [](double a) { return a; };
#else
  const auto merge = [](double a, double b) { return a + b; };
#endif
  pairs.aggregate_by_key(
      0.0, [](double a, long b) { return a + static_cast<double>(b); }, merge);
}
