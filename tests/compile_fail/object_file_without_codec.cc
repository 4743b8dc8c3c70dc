// expect: dstream: this type has no codec
#include <dstream/dstream.h>

class Sealed {
 public:
  explicit Sealed(int value) : value_(value) {}
  int value() const { return value_; }

 private:
  int value_;
};

struct Open {
  int value;
};

void build(dstream::Rdd<int> numbers) {
#ifdef DSTREAM_BAD
  using Record = Sealed;
#else
  using Record = Open;
#endif
  numbers.map([](int x) { return Record{x}; }).save_as_object_file("records");
}
