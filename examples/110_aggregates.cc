// Several figures of each auction in one pass, one of them an aggregate of the program's own.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

namespace ds = dstream;

struct Bid {
  std::uint32_t auction;
  std::int64_t price;  // in cents
  std::string bidder;
};

/// What is not among the ready aggregates takes ten lines: zero, add, merge and result.
struct GeometricMean {
  struct State {
    double logs = 0;
    double count = 0;
  };
  static constexpr bool kNeedsRecords = true;  // of no bids there is none
  State zero() const { return {}; }
  void add(State& s, const Bid& bid) const {
    s.logs += std::log(static_cast<double>(bid.price));
    ++s.count;
  }
  void merge(State& into, const State& from) const {
    into.logs += from.logs;
    into.count += from.count;
  }
  double result(const State& s) const { return std::exp(s.logs / s.count); }
};

int main() {
  // Batches by hand, so that the output is the same each time; see 040_testing.cc.
  ds::StreamingContext ssc(
      ds::testing::inline_options(std::make_shared<ds::testing::ManualClock>()));
  auto [inlet, bids] = ssc.inlet<Bid>();

  // Per auction: a key has at least one bid, so max is a plain number here.
  bids.key_by(&Bid::auction)
      .aggregate(ds::count(), ds::sum(&Bid::price), ds::max(&Bid::price),
                 ds::distinct_count(&Bid::bidder), GeometricMean{})
      .for_each([](const auto& result) {
        const auto& [auction, figures] = result;
        const auto& [count, sum, most, bidders, mean] = figures;
        std::printf("auction %u: %lld bids of %lld together, at most %lld, by %lld bidders, "
                    "geometric mean %.1f\n",
                    auction, static_cast<long long>(count), static_cast<long long>(sum),
                    static_cast<long long>(most), static_cast<long long>(bidders), mean);
      });

  // Of the whole batch: one record, also of an empty batch, where there is no greatest price.
  bids.aggregate(ds::count(), ds::max(&Bid::price), ds::top_k(2, &Bid::price))
      .for_each([](const auto& figures) {
        const auto& [count, most, top] = figures;
        std::printf("batch: %lld bids, at most %s, best by", static_cast<long long>(count),
                    most ? std::to_string(*most).c_str() : "nothing");
        for (const Bid& bid : top) std::printf(" %s", bid.bidder.c_str());
        std::puts(top.empty() ? " nobody" : "");
      });

  ds::testing::BatchDriver driver(ssc);
  for (const Bid& bid : {Bid{7, 100, "ada"}, Bid{8, 500, "ada"}, Bid{7, 400, "grace"},
                         Bid{7, 200, "ada"}, Bid{8, 500, "edsger"}}) {
    inlet.push(bid);
  }
  driver.run_batch();
  driver.run_batch();
}
