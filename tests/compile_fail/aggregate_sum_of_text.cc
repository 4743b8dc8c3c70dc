// expect: sum, mean, variance and approx_quantiles need numbers
#include <string>

#include <dstream/dstream.h>

struct Bid {
  std::string bidder;
  double price;
};

void build(dstream::DStream<Bid> bids) {
#ifdef DSTREAM_BAD
  bids.aggregate(dstream::sum(&Bid::bidder));
#else
  bids.aggregate(dstream::sum(&Bid::price));
#endif
}
