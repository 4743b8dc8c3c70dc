#pragma once

#include <variant>
#include <vector>

#include "harness.h"

namespace dstream::bench {

using Workload = std::variant<Comparison, Measurement>;

/// Every workload, in the order of the table of demands.
std::vector<Workload> all_workloads();

Comparison word_count_workload();
Comparison grep_workload();
Comparison advertising_workload();
Comparison numeric_workload();
Comparison shuffle_workload();
Comparison empty_batch_workload();
Comparison inlet_workload();
Comparison socket_workload();
Measurement interval_workload();
Measurement arrival_workload();
Measurement idle_workload();
Measurement compile_workload();

}  // namespace dstream::bench
