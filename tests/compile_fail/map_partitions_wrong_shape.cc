// expect: map_partitions: the callable must be callable as f(std::span<const Owned<T>>)
#include <span>
#include <vector>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  numbers.map_partitions([](int x) { return std::vector<int>{x}; });
#else
  numbers.map_partitions(
      [](std::span<const int> records) { return std::vector<std::size_t>{records.size()}; });
#endif
}
