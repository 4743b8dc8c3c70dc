#include "settings.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace dstream::bench {
namespace {

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return parts;
}

/// Walks over the arguments; `value()` is the one behind the present option.
class Arguments {
 public:
  Arguments(int argc, char** argv) : arguments_(argv + 1, argv + argc) {}

  bool done() const { return next_ == arguments_.size(); }
  std::string take() { return arguments_[next_++]; }
  bool has_value() const { return !done() && !arguments_[next_].starts_with("--"); }
  std::string value(const std::string& option) {
    if (!has_value()) throw std::invalid_argument(option + " needs a value\n" + usage());
    return take();
  }

 private:
  std::vector<std::string> arguments_;
  std::size_t next_ = 0;
};

void read_option(const std::string& option, Arguments& arguments, Settings& settings) {
  if (option == "--list") {
    settings.list = true;
  } else if (option == "--gate") {
    settings.gate = true;
  } else if (option == "--no-memory") {
    settings.memory = false;
  } else if (option == "--only") {
    settings.only = split_list(arguments.value(option));
  } else if (option == "--variant") {
    settings.variants = split_list(arguments.value(option));
  } else if (option == "--json") {
    settings.json_file = arguments.value(option);
  } else if (option == "--rounds") {
    settings.rounds = static_cast<std::uint32_t>(std::stoul(arguments.value(option)));
  } else if (option == "--scale") {
    settings.scale = std::stod(arguments.value(option));
  } else if (option == "--pin") {
    if (!arguments.has_value()) return;
    settings.cores.clear();
    for (const std::string& core : split_list(arguments.take())) {
      settings.cores.push_back(std::stoi(core));
    }
  } else {
    throw std::invalid_argument("unknown option " + option + "\n" + usage());
  }
}

}  // namespace

bool Settings::wants(const std::string& variant) const {
  if (variants.empty()) return true;
  return std::any_of(variants.begin(), variants.end(), [&variant](const std::string& part) {
    return variant.find(part) != std::string::npos;
  });
}

std::string usage() {
  return "usage: dstream_bench [options]\n"
         "  --list              names of the workloads and their variants\n"
         "  --only NAME[,NAME]  these workloads only\n"
         "  --variant T[,T]     only variants whose name holds one of these, for profiling\n"
         "  --rounds N          rounds of each workload (15)\n"
         "  --scale F           size of the data, 1 as published; smaller for a quick look\n"
         "  --pin [CPU[,CPU]]   cores of the variants with one and with two threads (0,1)\n"
         "  --json FILE         writes one object per workload and variant\n"
         "  --no-memory         leaves out the measurement of memory\n"
         "  --gate              prints a line per demand; exit status 1 if one is missed\n";
}

Settings parse_settings(int argc, char** argv) {
  Settings settings;
  Arguments arguments(argc, argv);
  try {
    while (!arguments.done()) read_option(arguments.take(), arguments, settings);
  } catch (const std::out_of_range&) {
    throw std::invalid_argument("a number is out of range\n" + usage());
  }
  if (settings.rounds == 0 || settings.scale <= 0 || settings.cores.empty()) {
    throw std::invalid_argument("--rounds and --scale must be positive\n" + usage());
  }
  return settings;
}

}  // namespace dstream::bench
