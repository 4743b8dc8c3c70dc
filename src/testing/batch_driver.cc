#include "dstream/testing/batch_driver.h"

#include "dstream/error.h"
#include "runtime/context_impl.h"

namespace dstream {
inline namespace v1 {
namespace testing {

Options inline_options(std::shared_ptr<ManualClock> clock) {
  Options options;
  options.app_name = "test";
  options.trigger = Trigger::manual;
  options.execution = Execution::inline_run;
  options.clock = std::move(clock);
  return options;
}

BatchDriver::BatchDriver(StreamingContext& context) : context_(context) {
  if (context.options().trigger == Trigger::manual) return;
  throw Error(Errc::invalid_argument,
              "a BatchDriver needs a context with Options::trigger = Trigger::manual");
}

void BatchDriver::start() {
  if (started_) return;
  context_.start();
  last_ = context_.impl().generator().last();
  started_ = true;
}

Time BatchDriver::next_time() { return last_ = last_ + context_.options().batch_interval; }

void BatchDriver::run_batch() {
  start();
  const Time until = next_time();
  if (auto* clock = dynamic_cast<ManualClock*>(context_.options().clock.get())) {
    if (clock->now() < until) clock->advance(until - clock->now());
  }
  context_.impl().generator().run_until(until);
  drain();
}

void BatchDriver::run_batches(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) run_batch();
}

void BatchDriver::submit(std::vector<std::vector<dstream::detail::BlockPtr>> blocks) {
  start();
  const Time from = last_;
  std::vector<SourceRange> ranges;
  for (std::uint32_t s = 0; s < blocks.size(); ++s) {
    ranges.push_back({s, 0, {}});
    for (const auto& block : blocks[s]) ranges.back().records += block->records_found();
  }
  context_.impl().scheduler().submit(from, next_time(), std::move(blocks), std::move(ranges),
                                     SIZE_MAX);
}

void BatchDriver::drain() {
  start();
  context_.impl().scheduler().drain();
  if (context_.state() == ContextState::stopped) context_.await_termination();
}

}  // namespace testing
}  // namespace v1
}  // namespace dstream
