// expect: transform: the callable must be callable as f(Rdd<A>, Rdd<B>, ...)
#include <string>
#include <tuple>

#include <dstream/dstream.h>

using dstream::Rdd;

void build(dstream::StreamingContext& ssc, dstream::DStream<int> numbers,
           dstream::DStream<std::string> words) {
#ifdef DSTREAM_BAD
  ssc.transform(std::tie(numbers, words, numbers), [](Rdd<int> a, Rdd<std::string>) { return a; });
#else
  ssc.transform(std::tie(numbers, words), [](Rdd<int> a, Rdd<std::string>) { return a; });
#endif
}
