// expect: flat_map: the callable must return a range for a const T&
#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.flat_map([](int x, auto& emit) { emit(x); });
#else
  numbers.flat_map<int>([](int x, auto& emit) { emit(x); });
#endif
}
