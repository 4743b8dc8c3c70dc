// expect: dstream: the decoder must be copyable, have a type Record and a member
#include <string_view>

#include <dstream/dstream.h>

struct Words {
#ifndef DSTREAM_BAD
  using Record = std::string_view;
#endif
  template <class Out>
  std::size_t decode(std::string_view bytes, bool, Out& out) {
    out.record(bytes);
    return bytes.size();
  }
};

void build(dstream::StreamingContext& ssc) { ssc.socket_stream("localhost", 9999, Words()); }
