// expect: reduce: the callable must be callable as f(Owned<T>, const T&)
#include <dstream/dstream.h>

struct Total {
  int value;
  Total plus(const Total& other) const { return {value + other.value}; }
};

void build(dstream::DStream<Total> totals) {
#ifdef DSTREAM_BAD
  totals.reduce(&Total::plus);
#else
  totals.reduce([](const Total& a, const Total& b) { return a.plus(b); });
#endif
}
