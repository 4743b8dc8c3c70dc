// expect: store: the record must convert to the T of the receiver's Receiver<T>
#include <string>

#include <dstream/dstream.h>

class Numbers final : public dstream::Receiver<int> {
 public:
  void on_start() override {
#ifdef DSTREAM_BAD
    store(std::string("one"));
#else
    store(1);
#endif
  }
  void on_stop() override {}
};

void build(dstream::StreamingContext& ssc) { ssc.receiver_stream(std::make_shared<Numbers>()); }
