// expect: this type cannot be a key
#include <utility>

#include <dstream/dstream.h>

class Opaque {
 public:
  explicit Opaque(int value) : value_(value) {}
  bool operator==(const Opaque&) const = default;

 private:
  int value_;
};

struct Open {
  int value;
  bool operator==(const Open&) const = default;
};

void build(dstream::DStream<int> numbers) {
#ifdef DSTREAM_BAD
  using Key = Opaque;
#else
  using Key = Open;
#endif
  auto pairs = numbers.map([](int x) { return std::pair(Key{x}, x); });
  pairs.group_by_key();
}
