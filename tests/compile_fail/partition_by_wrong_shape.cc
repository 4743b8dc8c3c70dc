// expect: partition_by: the function must be callable as f(key)
#include <string>
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, long>> pairs) {
#ifdef DSTREAM_BAD
  pairs.group_by_key(dstream::partition_by([](const std::string& key) { return key.size(); }, 4));
#else
  pairs.group_by_key(dstream::partition_by([](int key) { return key % 4; }, 4));
#endif
}
