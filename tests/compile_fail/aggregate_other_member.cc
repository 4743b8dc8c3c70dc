// expect: an aggregate's member pointer or callable does not fit the stream's records
#include <cstdint>

#include <dstream/dstream.h>

struct Bid {
  std::uint32_t auction;
  std::int64_t price;
};
struct Click {
  std::int64_t cost;
};

void build(dstream::DStream<Bid> bids) {
#ifdef DSTREAM_BAD
  bids.key_by(&Bid::auction).aggregate(dstream::count(), dstream::sum(&Click::cost));
#else
  bids.key_by(&Bid::auction).aggregate(dstream::count(), dstream::sum(&Bid::price));
#endif
}
