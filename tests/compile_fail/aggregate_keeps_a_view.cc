// expect: the engine must keep this value, but it contains a view
#include <string>
#include <string_view>

#include <dstream/dstream.h>

struct Line {
  std::string_view text;
  int length;
};

void build(dstream::DStream<Line> lines) {
#ifdef DSTREAM_BAD
  lines.aggregate(dstream::top_k(3, &Line::length));
#else
  lines.aggregate(dstream::max(&Line::length), dstream::max(&Line::text));
#endif
}
