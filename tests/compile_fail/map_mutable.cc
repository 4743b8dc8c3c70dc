// expect: const, for several threads
#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.map([n = 0](int x) mutable { return x + n++; });
#else
  numbers.map([n = 0](int x) { return x + n; });
#endif
}
