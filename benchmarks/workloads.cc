#include "workloads.h"

namespace dstream::bench {

std::vector<Workload> all_workloads() {
  return {compile_workload(),     word_count_workload(),  grep_workload(),
          advertising_workload(), numeric_workload(),     shuffle_workload(),
          empty_batch_workload(), interval_workload(),    arrival_workload(),
          inlet_workload(),       socket_workload(),      idle_workload()};
}

}  // namespace dstream::bench
