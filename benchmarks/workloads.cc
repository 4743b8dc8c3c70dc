#include "workloads.h"

namespace dstream::bench {

std::vector<Workload> all_workloads() {
  std::vector<Workload> workloads = {
      compile_workload(),     word_count_workload(),  grep_workload(),
      advertising_workload(), numeric_workload(),     shuffle_workload(),
      sort_workload(),        sort32_workload(),      group_by_key_workload(),
      join_workload(),        empty_batch_workload(), interval_workload(),
      arrival_workload(),     inlet_workload(),       socket_workload(),
      text_files_workload(),  csv_workload(),         idle_workload()};
#ifdef DSTREAM_BENCH_NDJSON
  workloads.push_back(ndjson_workload());
#endif
  return workloads;
}

}  // namespace dstream::bench
