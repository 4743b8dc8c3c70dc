// expect: map: the callable must be callable as f(const T&)
#include <dstream/dstream.h>

struct Bid {
  int price;
  int doubled() const { return 2 * price; }
  int next() { return ++price; }
};

void build(dstream::DStream<Bid> bids) {
#ifdef DSTREAM_BAD
  bids.map(&Bid::next);
#else
  bids.map(&Bid::price).map([](int price) { return price; });
  bids.map(&Bid::doubled);
#endif
}
