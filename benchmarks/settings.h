#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dstream::bench {

/// What the command line says.
struct Settings {
  std::vector<std::string> only;      ///< workloads to run; empty: all
  std::vector<std::string> variants;  ///< parts of names of variants to run; empty: all
  std::uint32_t rounds = 15;
  double scale = 1.0;  ///< size of the data and length of the runs, 1: as published
  std::vector<int> cores = {0, 1};
  std::string json_file;
  bool list = false;
  bool gate = false;
  bool memory = true;

  /// Whether a variant of this name is to be run.
  bool wants(const std::string& variant) const;
  /// `full` records (or whatever) at this scale, at least `least`.
  std::size_t scaled(std::size_t full, std::size_t least = 1) const {
    const auto count = static_cast<std::size_t>(static_cast<double>(full) * scale);
    return count < least ? least : count;
  }
};

/// Reads the command line. Throws std::invalid_argument with a message for the user.
Settings parse_settings(int argc, char** argv);

/// The text of --help.
std::string usage();

}  // namespace dstream::bench
