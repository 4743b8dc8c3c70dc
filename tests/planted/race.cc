// A callable that changes a shared variable without synchronisation, in two tasks that run at once:
// ThreadSanitizer has to report it, in spite of everything between the tasks.

#include <latch>
#include <memory>

#include <dstream/dstream.h>

int main() {
  dstream::Options options;
  options.trigger = dstream::Trigger::arrival;
  options.slots = 2;
  options.slice_records = 1;
  dstream::StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  int shared = 0;
  std::latch both(2);
  auto counts = numbers
                    .map([&shared, &both](int x) {
                      both.arrive_and_wait();
                      shared += x;  // the bug
                      return x;
                    })
                    .count()
                    .to_channel();
  ssc.start();
  queue.push({1, 2});
  counts.pop();
  return shared == 0 ? 1 : 0;
}
