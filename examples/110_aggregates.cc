// Several figures of each auction, in one pass over the bids.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

namespace ds = dstream;

struct Bid {
  std::uint32_t auction;
  std::int64_t price;  // in cents
  std::string bidder;
};

int main() {
  // Batches by hand, so that the output is the same each time; see 040_testing.cc.
  ds::StreamingContext ssc(
      ds::testing::inline_options(std::make_shared<ds::testing::ManualClock>()));
  auto [inlet, bids] = ssc.inlet<Bid>();

  // Without key_by, aggregate() gives the figures of the whole batch; max is an optional then, for
  // an empty batch has none.
  bids.key_by(&Bid::auction)
      .aggregate(ds::count(), ds::sum(&Bid::price), ds::max(&Bid::price),
                 ds::distinct_count(&Bid::bidder))
      .for_each([](const auto& result) {
        const auto& [auction, figures] = result;
        const auto& [count, sum, most, bidders] = figures;
        std::printf("auction %u: %lld bids of %lld together, at most %lld, by %lld bidders\n",
                    auction, static_cast<long long>(count), static_cast<long long>(sum),
                    static_cast<long long>(most), static_cast<long long>(bidders));
      });

  ds::testing::BatchDriver driver(ssc);
  for (const Bid& bid : {Bid{7, 100, "ada"}, Bid{8, 500, "ada"}, Bid{7, 400, "grace"},
                         Bid{7, 200, "ada"}, Bid{8, 500, "edsger"}}) {
    inlet.push(bid);
  }
  driver.run_batch();
}
