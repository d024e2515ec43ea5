#include "tests/unit/policy/read_body.hpp"

#include "policy/parser.hpp"
#include "policy/render.hpp"
#include "tests/unit/policy/dump.hpp"

namespace ward::policy {

std::string read_body(const std::string& body) {
    Sources sources;
    Diagnostics diagnostics;
    const auto policy = parse(sources, sources.add("web.ward", "policy web\n" + body), diagnostics);
    if (!policy) return render(diagnostics, sources);
    return dump(*policy).substr(sizeof("policy [web]\n") - 1);
}

}  // namespace ward::policy
