// expect: min, max and top_k need values with operator<
#include <dstream/dstream.h>

struct Point {
  double x, y;
};

void build(dstream::DStream<Point> points) {
#ifdef DSTREAM_BAD
  points.aggregate(dstream::max());
#else
  points.aggregate(dstream::max(&Point::x));
#endif
}
