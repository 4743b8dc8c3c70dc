// expect: key_by: the callable must be callable as f(const T&) and return the key
#include <dstream/dstream.h>

struct Bid {
  int auction;
};

void build(dstream::DStream<Bid> bids) {
#ifdef DSTREAM_BAD
  bids.key_by([](int x) { return x; });
#else
  bids.key_by(&Bid::auction).count();
#endif
}
