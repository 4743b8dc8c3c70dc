// expect: last parameter `emit` needs its result type named: map_partitions<U>(f)
#include <span>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers) {
  const auto each = [](std::span<const int> records, auto& emit) {
    for (const int record : records) emit(record);
  };
#ifdef DSTREAM_BAD
  numbers.map_partitions(each);
#else
  numbers.map_partitions<int>(each);
#endif
}
