// expect: hash
#include <dstream/dstream.h>

#include "key_without_hash.h"

void build(dstream::DStream<int> numbers) {
  numbers.map([](int x) { return Key{x}; }).count_by_value();
}
