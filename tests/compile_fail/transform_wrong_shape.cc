// expect: transform: the callable must be callable as f(Rdd<T>)
#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.transform([](int x) { return x; });
#else
  numbers.transform([](dstream::Rdd<int> rdd) { return rdd; });
#endif
}
