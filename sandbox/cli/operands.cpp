#include "sandbox/cli/operands.hpp"

#include <algorithm>

namespace ward::cli {
namespace {

bool takes_value(const Subcommand& subcommand, const std::string& word) {
    if (word.find('=') != std::string::npos) return false;
    return std::ranges::any_of(subcommand.options, [&](const Option& option) {
        const bool is_short = option.letter != 0 && word == std::string("-") + option.letter;
        return !option.value.empty() && (is_short || word == "--" + std::string(option.name));
    });
}

}  // namespace

Invocation begin_with_operands(std::string_view name, const Words& words) {
    const Subcommand& subcommand = *find_subcommand(name);
    Words options;
    Words operands;
    for (auto word = words.begin(); word != words.end(); ++word) {
        if (*word == "--") {
            operands.insert(operands.end(), word + 1, words.end());
            break;
        }
        const bool is_option = word->size() > 1 && word->front() == '-';
        (is_option ? options : operands).push_back(*word);
        if (is_option && takes_value(subcommand, *word) && word + 1 != words.end()) options.push_back(*++word);
    }
    Invocation invocation = begin(name, options);
    if (invocation.options) invocation.options->rest = std::move(operands);
    return invocation;
}

int read_settings(std::string_view name, const Options& options, std::map<std::string, std::string>& parameters) {
    for (const std::string& word : options.values("set")) {
        const std::size_t sign = word.find('=');
        if (sign == std::string::npos || sign == 0)
            return misuse(name, "`--set " + word + "` gives no value", "write `--set NAME=VALUE`");
        const std::string parameter = word.substr(0, sign);
        if (!parameters.emplace(parameter, word.substr(sign + 1)).second)
            return misuse(name, "the parameter `" + parameter + "` is set twice",
                          "keep one `--set " + parameter + "=`");
    }
    return 0;
}

}  // namespace ward::cli
