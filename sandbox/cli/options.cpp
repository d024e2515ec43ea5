#include "sandbox/cli/options.hpp"

#include <algorithm>

#include <boost/program_options.hpp>

#include "policy/similar_name.hpp"

namespace ward::cli {
namespace {

namespace po = boost::program_options;

// No abbreviations (allow_guessing): a script must not change its meaning with a new option.
constexpr int style = po::command_line_style::allow_long | po::command_line_style::allow_short |
                      po::command_line_style::long_allow_adjacent | po::command_line_style::long_allow_next |
                      po::command_line_style::short_allow_adjacent | po::command_line_style::short_allow_next |
                      po::command_line_style::allow_dash_for_short | po::command_line_style::allow_sticky;

po::options_description as_description(std::span<const Option> table) {
    po::options_description description;
    for (const Option& option : table) {
        std::string names(option.name);
        if (option.letter != 0) names += std::string(",") + option.letter;
        if (option.value.empty())
            description.add_options()(names.c_str(), "");
        else
            description.add_options()(names.c_str(), po::value<std::string>(), "");
    }
    return description;
}

bool is_option(const std::string& word) {
    return word.size() > 1 && word.front() == '-';
}

// A style parser of Boost: takes all words at once if the next one is no option, or is `--`.
std::vector<po::option> take_rest(Words& words) {
    if (words.empty() || (is_option(words.front()) && words.front() != "--")) return {};
    const bool separated = words.front() == "--";
    std::vector<po::option> taken;
    for (auto word = words.begin() + (separated ? 1 : 0); word != words.end(); ++word) {
        po::option option;
        option.value = {*word};
        option.original_tokens = {*word};
        option.position_key = static_cast<int>(taken.size());
        taken.push_back(option);
    }
    words.clear();
    if (taken.empty()) taken.emplace_back();  // a lone `--`: something was taken, and it says nothing
    return taken;
}

policy::Diagnostic& usage_error(policy::Diagnostics& diagnostics, std::string message) {
    return diagnostics.add(policy::slug::usage, std::nullopt, std::move(message));
}

// The option that `written` was meant to be; empty if none comes close.
std::string similar_option(std::span<const Option> table, const std::string& written) {
    const std::string name = written.substr(std::min(written.find_first_not_of('-'), written.size()));
    std::vector<std::string_view> names;
    for (const Option& option : table) {
        if (name.size() > 1 && option.name.starts_with(name)) return std::string(option.name);
        names.push_back(option.name);
    }
    const auto similar = policy::similar_names(name, names);
    return similar.empty() ? std::string() : similar.front();
}

void unknown_option(std::span<const Option> table, const std::string& word, policy::Diagnostics& diagnostics) {
    const std::string written = word.substr(0, word.find('='));
    const std::string similar = similar_option(table, written);
    usage_error(diagnostics, "there is no option `" + written + "`")
        .help(similar.empty() ? "`--help` lists the options" : "write `--" + similar + "`");
}

void missing_value(const std::string& name, const Option& option, policy::Diagnostics& diagnostics) {
    usage_error(diagnostics, "`" + name + "` needs a value")
        .help("write `" + name + " " + std::string(option.value) + "`");
}

const Option* find(std::span<const Option> table, const std::string& name) {
    const auto found = std::ranges::find(table, name, &Option::name);
    return found == table.end() ? nullptr : &*found;
}

// `--allow ''`: Boost finds the beginnings of all names in an empty word, and calls it ambiguous. The word before it is
// the option.
void empty_value(std::span<const Option> table, const Words& words, policy::Diagnostics& diagnostics) {
    const auto empty = std::ranges::find(words, "");
    for (const Option& option : table) {
        const bool is_short = option.letter != 0 && *(empty - 1) == std::string("-") + option.letter;
        if (is_short || *(empty - 1) == "--" + std::string(option.name))
            missing_value("--" + std::string(option.name), option, diagnostics);
    }
}

// Boost takes any word as a value, `--dry-run` after `-p` too.
bool swallowed_an_option(const po::option& item) {
    return item.original_tokens.size() == 2 && is_option(item.original_tokens.back());
}

// One option that Boost has recognised. False after an error.
bool take(const Option& known, const po::option& item, Options& options, policy::Diagnostics& diagnostics) {
    if (swallowed_an_option(item)) {
        missing_value("--" + item.string_key, known, diagnostics);
        return false;
    }
    if (!known.repeats && options.has(item.string_key)) {
        usage_error(diagnostics, "`--" + item.string_key + "` is given twice").help("keep one of the two");
        return false;
    }
    options.add(item.string_key, item.value.empty() ? std::string() : item.value.front());
    return true;
}

std::optional<Options> collect(std::span<const Option> table, const po::parsed_options& parsed,
                               policy::Diagnostics& diagnostics) {
    Options options;
    for (const po::option& item : parsed.options) {
        if (item.string_key.empty())
            options.rest.insert(options.rest.end(), item.value.begin(), item.value.end());
        else if (!take(*find(table, item.string_key), item, options, diagnostics))
            return std::nullopt;
    }
    return options;
}

std::optional<Options> parse_or_throw(std::span<const Option> table, const Words& words,
                                      policy::Diagnostics& diagnostics) {
    const auto description = as_description(table);
    po::command_line_parser parser(words);
    parser.options(description).style(style).extra_style_parser(take_rest);
    return collect(table, parser.run(), diagnostics);
}

}  // namespace

std::optional<std::string> Options::value(const std::string& name) const {
    const auto found = given_.find(name);
    if (found == given_.end()) return std::nullopt;
    return found->second.front();
}

Words Options::values(const std::string& name) const {
    const auto found = given_.find(name);
    return found == given_.end() ? Words{} : found->second;
}

std::optional<Options> parse_options(std::span<const Option> table, const Words& words,
                                     policy::Diagnostics& diagnostics) {
    try {
        return parse_or_throw(table, words, diagnostics);
    } catch (const po::unknown_option& error) {
        unknown_option(table, error.get_option_name(), diagnostics);
    } catch (const po::ambiguous_option&) {
        empty_value(table, words, diagnostics);
    } catch (const po::error_with_option_name& error) {
        const std::string name = error.get_option_name();
        const Option* option = find(table, name.substr(std::min(name.find_first_not_of('-'), name.size())));
        if (option == nullptr)
            usage_error(diagnostics, error.what()).help("`--help` lists the options");
        else if (option->value.empty())
            usage_error(diagnostics, "`" + name + "` takes no value").help("write `" + name + "` alone");
        else
            missing_value(name, *option, diagnostics);
    }
    return std::nullopt;
}

std::string describe(std::span<const Option> table) {
    constexpr std::size_t help_column = 26;
    std::string text;
    for (const Option& option : table) {
        std::string line = option.letter != 0 ? std::string("  -") + option.letter + ", --" : std::string("      --");
        line += option.name;
        if (!option.value.empty()) (line += ' ') += option.value;
        line.resize(std::max(line.size() + 2, help_column), ' ');
        text += line + std::string(option.help) + "\n";
    }
    return text;
}

}  // namespace ward::cli
