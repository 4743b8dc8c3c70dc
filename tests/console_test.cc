#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "support/captured_stdout.h"
#include "support/jobs.h"

using namespace dstream;

TEST_CASE("what cannot be printed is an error of the output", "[console]") {
  const OutputFailure policy = GENERATE(OutputFailure::stop, OutputFailure::skip);
  std::string failure;
  std::uint64_t skipped = 0;
  {
    const jobs::CapturedStdout captured;
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    dup2(full, STDOUT_FILENO);
    close(full);
    StreamingContext ssc(jobs::by_hand());
    auto [queue, numbers] = ssc.queue_stream<int>();
    numbers.print(10, {.on_failure = policy});
    testing::BatchDriver driver(ssc);
    queue.push({1});
    try {
      driver.run_batch();
    } catch (const Error& error) {
      failure = error.what();
    }
    skipped = ssc.skipped_outputs();
  }
  if (policy == OutputFailure::stop) {
    CHECK(jobs::contains(failure, "cannot write to stdout: No space left on device"));
  } else {
    CHECK(failure.empty());
    CHECK(skipped == 1);
  }
}
