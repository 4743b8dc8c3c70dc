// expect: write_to: the sink must be a std::shared_ptr to a Sink<T>
#include <memory>
#include <string>

#include <dstream/dstream.h>

void build(dstream::DStream<int> numbers, std::shared_ptr<dstream::Sink<int>> fits,
           std::shared_ptr<dstream::Sink<std::string>> other) {
#ifdef DSTREAM_BAD
  numbers.write_to(other);
#else
  numbers.write_to(fits);
#endif
}
