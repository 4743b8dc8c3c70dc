// expect: aggregate: each argument must be an aggregate of the stream's records
#include <cstdint>

#include <dstream/dstream.h>

struct Bid {
  std::uint32_t auction;
  std::int64_t price;
};

struct Product {
  double zero() const { return 1; }
#ifdef DSTREAM_BAD
  void add(double& state, double price) const { state *= price; }
#else
  void add(double& state, const Bid& bid) const { state *= static_cast<double>(bid.price); }
#endif
  void merge(double& into, const double& from) const { into *= from; }
  double result(const double& state) const { return state; }
};

void build(dstream::DStream<Bid> bids) {
  bids.key_by(&Bid::auction).aggregate(dstream::count(), Product());
}
