// expect: transform_with: the callable must be callable as f(Rdd<T>, Rdd<V>)
#include <string>

#include <dstream/dstream.h>

using dstream::Rdd;

void build(dstream::DStream<int> numbers, dstream::DStream<std::string> words) {
#ifdef DSTREAM_BAD
  numbers.transform_with(words, [](Rdd<int> a, Rdd<int>) { return a; });
#else
  numbers.transform_with(words, [](Rdd<int> a, Rdd<std::string>) { return a; });
#endif
}
