// expect: the decoder must be copyable, have a type Record and a member
#include <dstream/dstream.h>

void build(dstream::StreamingContext& ssc) {
#ifdef DSTREAM_BAD
  ssc.file_stream("/in", 7);
#else
  ssc.file_stream("/in", dstream::lines());
#endif
}
