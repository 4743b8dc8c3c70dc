// expect: save_as_ndjson_files: the records must be numbers, text, durations, or plain structs
#include <dstream/dstream.h>

class Secret {
 public:
  explicit Secret(int value) : value_(value) {}
  int value() const { return value_; }

 private:
  int value_;
};

void build(dstream::DStream<Secret> secrets) {
#ifdef DSTREAM_BAD
  secrets.save_as_ndjson_files("secrets");
#else
  secrets.map([](const Secret& s) { return s.value(); }).save_as_ndjson_files("secrets");
#endif
}
