// Any bytes as a policy, with what it uses: text to compiled jail, for stated facts and a library in
// memory. No crash, a jail or errors and never both, the same answer each time, messages that can be drawn.
// Never looks at the host.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "compiler/compile.hpp"
#include "policy/render.hpp"
#include "tests/support/linked_set.hpp"

using namespace ward;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

compiler::Facts stated_facts() {
    compiler::Facts facts;
    facts.home = "/home/ada";
    facts.cwd = "/home/ada/work";
    facts.user = [] { return "ada"; };
    facts.uid = 1000;
    facts.gid = 100;
    facts.program = "/usr/bin/prog";
    facts.arguments = {"/home/ada/in.pdf"};
    facts.kernel_major = 6;
    facts.kernel_minor = 1;
    facts.exists = [](const std::string& path) { return path.size() % 2 == 0; };
    return facts;
}

// The shipped policies, and one with a parameter of each type.
std::optional<std::string> library(std::string_view name) {
    if (name != "lib") return test::built_in_text(name);
    return "policy lib\nparam path: path = /p\nparam size: size = 1M\nparam time: duration = 1s\nparam count: count = "
           "1\n"
           "param port: port = 80\nparam name: name = n\nparam flag: flag = true\n"
           "files { private $path size $size }\nlimits { time $time; tasks $count }\nnetwork { connect tcp $port }\n"
           "when $flag { process { hostname $name } }\n";
}

// Whether there is a jail, and every message.
std::string outcome(const std::string& text) {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    const auto set = test::link("fuzz", text, library, sources, diagnostics);
    if (set) {
        const auto jail = compiler::compile(*set, stated_facts(), diagnostics);
        require(jail.has_value() == !diagnostics.has_errors());
    } else {
        policy::Policy unfinished;
        static_cast<void>(policy::parse(sources, sources.add("again.ward", text), diagnostics, &unfinished));
        compiler::check_unfinished({{{std::move(unfinished), 0, {}}}}, diagnostics);
    }
    return policy::render(diagnostics, sources);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::string first = outcome(text);
    require(outcome(text) == first);
    return 0;
}
