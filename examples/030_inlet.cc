// A service with threads of its own: some push events into an inlet, one pulls the results.
#include <cstdint>
#include <cstdio>
#include <map>
#include <thread>

#include <dstream/dstream.h>

using namespace std::chrono_literals;

struct Bid {
  std::uint32_t auction;
  std::uint32_t bidder;
  std::int64_t price;
};

Bid higher(const Bid& a, const Bid& b) { return b.price > a.price ? b : a; }

int main() {
  dstream::StreamingContext ssc({.app_name = "auctions", .batch_interval = 50ms});
  auto [inlet, bids] = ssc.inlet<Bid>();
  auto best_bids = bids.key_by(&Bid::auction).reduce(higher).to_channel();
  ssc.start();

  // Each batch brings the best bid of every auction that was bid for in it. pop() waits for the
  // next batch, and gives none once the context has stopped and all were taken.
  std::map<std::uint32_t, Bid> best;
  std::thread consumer([&best, channel = best_bids] {
    while (const auto batch = channel.pop()) {
      for (const auto& [auction, bid] : batch->records) {
        best[auction] = higher(best.try_emplace(auction, bid).first->second, bid);
      }
    }
  });

  // push() waits while the inlet is full, and says so if nobody will take the record any more.
  const auto produce = [in = inlet](std::uint32_t bidder) mutable {
    for (std::uint32_t i = 0; i < 10'000; ++i) {
      const Bid bid{i % 5, bidder, (i * 7919) % 1000 + bidder};
      if (in.push(bid) != dstream::PushResult::ok) return;
    }
  };
  std::thread first(produce, 1);
  std::thread second(produce, 2);
  first.join();
  second.join();

  inlet.close();
  ssc.stop(dstream::StopMode::graceful);  // everything pushed goes through, then the channel ends
  consumer.join();
  for (const auto& [auction, bid] : best) {
    std::printf("auction %u: %lld by bidder %u\n", auction, static_cast<long long>(bid.price),
                bid.bidder);
  }
}
