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
Comparison sort_workload();
Comparison sort32_workload();
Comparison group_by_key_workload();
Comparison join_workload();
Comparison empty_batch_workload();
Comparison inlet_workload();
Comparison socket_workload();
Comparison text_files_workload();
Comparison csv_workload();
/// Only where dstream::ndjson is built.
Comparison ndjson_workload();
Measurement interval_workload();
Measurement arrival_workload();
Measurement idle_workload();
Measurement compile_workload();

}  // namespace dstream::bench
