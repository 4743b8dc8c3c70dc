// expect: foreach_rdd: the callable must be callable as f(Rdd<T>)
#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.foreach_rdd([](dstream::Time) {});
#else
  numbers.foreach_rdd([](dstream::Rdd<int>, dstream::Time) {});
#endif
}
