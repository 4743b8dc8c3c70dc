#include <dstream/error.h>
#include <dstream/generator_source.h>

#include <limits>
#include <string>

#include "support/catch.h"
#include "support/source_probe.h"

namespace {

using dstream::Time;
using dstream::detail::make_generator_source;
using source_probe::cut;
using source_probe::read;
using source_probe::take;
using namespace std::chrono_literals;

const auto kIdentity = [](std::uint64_t index) { return index; };

}  // namespace

TEST_CASE("a batch has exactly the records that are due in its time") {
  const double rate = GENERATE(0.0, 0.3, 3.0, 999.0, 1e6 / 7);
  const auto source = make_generator_source({.records_per_second = rate}, kIdentity);
  const Time origin(1'700'000'000'000'000'000);
  Time from = origin;
  std::uint64_t next = 0;
  bool consecutive = true;
  for (int i = 1; i <= 500; ++i) {
    const Time until = from + dstream::Duration(1'000'000 * (1 + i % 7));
    for (const std::uint64_t index : take<std::uint64_t>(*source, from, until)) {
      consecutive = consecutive && index == next++;
    }
    from = until;
  }
  CHECK(consecutive);
  const double due = rate * static_cast<double>((from - origin).count()) / 1e9;
  CHECK(static_cast<double>(next) <= due);
  CHECK(static_cast<double>(next) > due - 1);
}

TEST_CASE("whole rates have no rounding") {
  using dstream::detail::records_due;
  CHECK(records_due(10, 300ms) == 3);
  CHECK(records_due(1'000'000, 1us) == 1);
  CHECK(records_due(3, 1s) == 3);
  CHECK(records_due(10'000'000, std::chrono::hours(24 * 365)) == 10'000'000ull * 86'400 * 365);
  CHECK(records_due(5, -1s) == 0);
  // As many as can be numbered.
  CHECK(records_due(1e18, 18s) == 18'000'000'000'000'000'000ull);
  CHECK(records_due(1e18, 19s) == UINT64_MAX);
  CHECK(records_due(1e300, 1s) == UINT64_MAX);
  CHECK(records_due(1.7e308, std::chrono::hours(24)) == UINT64_MAX);
}

TEST_CASE("generated blocks are the same at every read and in parts") {
  const auto source = make_generator_source({.records_per_second = 200'000},
                                            [](std::uint64_t i) { return std::to_string(i); });
  const auto blocks = cut(*source, Time(0), Time(1'000'000'000));
  REQUIRE(blocks.size() == 4);
  CHECK(read<std::string>(*blocks[1]) == read<std::string>(*blocks[1]));
  source_probe::Capture<std::string> part;
  blocks[1]->read(10, 12, part);
  CHECK(part.records == std::vector<std::string>{"65546", "65547"});
  CHECK(source->describe(Time(0), Time(1'000'000'000)) == "records 0 to 199999");
}

TEST_CASE("generated flags") {
  const auto source =
      make_generator_source({.records_per_second = 4}, [](std::uint64_t i) { return i % 2 == 1; });
  CHECK(take<bool>(*source, Time(0), Time(1'000'000'000)) ==
        std::vector<bool>{false, true, false, true});
}

TEST_CASE("a function of the batch time") {
  const auto source = make_generator_source([](Time batch_time) {
    return std::vector<std::int64_t>{batch_time.ms(), 1};
  });
  CHECK(take<std::int64_t>(*source, Time(0), Time(5'000'000)) == std::vector<std::int64_t>{5, 1});
  CHECK(take<std::int64_t>(*source, Time(0), Time(6'000'000)) == std::vector<std::int64_t>{6, 1});
  const auto none = make_generator_source([](Time) { return std::vector<int>(); });
  CHECK(cut(*none).empty());
}

TEST_CASE("rates that make no sense are refused") {
  const double rate = GENERATE(-1.0, std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity());
  try {
    make_generator_source({.records_per_second = rate}, kIdentity);
    FAIL("no exception");
  } catch (const dstream::Error& error) {
    CHECK(error.code() == dstream::Errc::invalid_argument);
  }
}
