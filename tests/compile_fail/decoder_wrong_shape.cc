// expect: dstream: the decoder must be copyable, have a type Record and a member
#include <string_view>

#include <dstream/dstream.h>

struct Words {
  using Record = std::string_view;
  template <class Out>
#ifdef DSTREAM_BAD
  void decode(std::string_view bytes, Out& out) {
    out.record(bytes);
  }
#else
  std::size_t decode(std::string_view bytes, bool, Out& out) {
    out.record(bytes);
    return bytes.size();
  }
#endif
};

void build(dstream::StreamingContext& ssc) { ssc.udp_stream(9999, Words()); }
