// `ward list`: every policy that a name can mean here.
#include <algorithm>

#include "policy/library.hpp"
#include "policy/render.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text + "  ";
}

// Where it is, and which policies of the same name it stands before.
std::string origin_of(const policy::Listed& listed) {
    std::string text = listed.origin;
    for (std::size_t i = 0; i < listed.shadows.size(); ++i) {
        const bool extends = i == 0 && listed.extends;
        text += (i == 0 ? (extends ? " (extends " : " (shadows ") : ", ") + listed.shadows[i];
    }
    return policy::escaped(listed.shadows.empty() ? text : text + ")");
}

std::string table_of(const std::vector<policy::Listed>& policies) {
    std::size_t name_width = 0;
    std::size_t origin_width = 0;
    for (const auto& policy : policies) {
        name_width = std::max(name_width, policy.name.size());
        origin_width = std::max(origin_width, origin_of(policy).size());
    }
    std::string text;
    for (const auto& policy : policies)
        text += padded(policy::escaped(policy.name), name_width) + padded(origin_of(policy), origin_width) +
                policy::escaped(policy.error.empty() ? policy.description : "error: " + policy.error) + "\n";
    return text;
}

std::string json_of(const std::vector<policy::Listed>& policies) {
    sandbox::Json list = sandbox::Json::list();
    for (const auto& policy : policies) {
        sandbox::Json entry = sandbox::Json::object();
        entry.set("name", policy.name).set("origin", policy.origin).set("description", policy.description);
        entry.set("shadows", sandbox::Json::list_of(policy.shadows)).set("extends", policy.extends);
        list.add(std::move(entry.set("error", policy.error.empty() ? sandbox::Json(nullptr) : policy.error)));
    }
    return list.ascii_text();
}

}  // namespace

int list(const Words& words) {
    const auto [options, status] = begin_with_operands("list", words);
    if (!options) return status;
    if (!options->rest.empty())
        return misuse("list", "`list` takes no policy, and `" + options->rest.front() + "` is one",
                      "write `ward show " + options->rest.front() + "`");
    const policy::Library library(policy::SearchPath::from_environment());
    const auto policies = library.list();
    return answer(options->has("json") ? json_of(policies) : table_of(policies));
}

}  // namespace ward::cli
