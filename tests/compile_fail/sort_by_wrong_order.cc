// expect: sort_by: the order must be SortOrder::ascending, SortOrder::descending or a comparison
#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
  const auto key = [](int x) { return x % 10; };
#ifdef DSTREAM_BAD
  numbers.sort_by(key, 4);
#else
  numbers.sort_by(key, dstream::SortOrder::ascending, 4);
#endif
}
