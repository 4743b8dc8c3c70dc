// expect: this operator needs a stream of pairs (key, value)
#include <utility>

#include <dstream/dstream.h>

#ifdef DSTREAM_BAD
void build(dstream::DStream<int> numbers) {
#else
void build(dstream::DStream<std::pair<int, int>> numbers) {
#endif
  numbers.aggregate_values(dstream::sum());
}
