// expect: hash
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
  numbers.map([](int x) { return Key{x}; }).count_by_value();
}
