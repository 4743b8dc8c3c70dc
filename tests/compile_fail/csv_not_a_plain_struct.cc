// expect: csv: T must be a plain struct
#include <string>

#include <dstream/dstream.h>

class Closed {
 public:
  explicit Closed(int value) : value_(value) {}
  int value() const { return value_; }

 private:
  int value_;
};
struct Open {
  int value;
};

void build([[maybe_unused]] dstream::StreamingContext& ssc) {
#ifdef DSTREAM_BAD
  dstream::csv<Closed>();
#else
  ssc.file_stream("/in", dstream::csv<Open>()).count().print();
#endif
}
