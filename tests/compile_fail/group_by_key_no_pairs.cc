// expect: needs a stream of pairs

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.group_by_key();
#else
  numbers.key_by([](int x) { return x % 2; }).group_by_key();
#endif
}
