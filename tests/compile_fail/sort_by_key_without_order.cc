// expect: sort_by: the key has no order
#include <dstream/dstream.h>

struct Place {
  int x;
  int y;
};
struct Visit {
  Place place;
};

void build(dstream::DStream<Visit> visits) {
#ifdef DSTREAM_BAD
  visits.sort_by(&Visit::place);
#else
  visits.sort_by(&Visit::place, [](const Place& a, const Place& b) { return a.x < b.x; });
#endif
}
