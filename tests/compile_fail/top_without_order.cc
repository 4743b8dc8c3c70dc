// expect: top, take_ordered: the records have no order
#include <dstream/dstream.h>

struct Place {
  int x;
  int y;
};

void build(dstream::DStream<Place> places) {
#ifdef DSTREAM_BAD
  places.top(3);
#else
  places.top(3, [](const Place& a, const Place& b) { return a.x < b.x; });
#endif
}
