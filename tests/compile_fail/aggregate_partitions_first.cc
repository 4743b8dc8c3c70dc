// expect: aggregate: one partition count at most, and behind the aggregates
#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.key_by([](int x) { return x % 2; }).aggregate(dstream::count(), 8, dstream::sum());
#else
  numbers.key_by([](int x) { return x % 2; }).aggregate(dstream::count(), dstream::sum(), 8);
#endif
}
