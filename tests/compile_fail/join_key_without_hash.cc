// expect: this type cannot be a key
#include <utility>

#include <dstream/dstream.h>

#include "key_without_hash.h"

void build(dstream::DStream<int> numbers) {
  auto pairs = numbers.map([](int x) { return std::pair(Key{x}, x); });
  pairs.join(pairs);
}
