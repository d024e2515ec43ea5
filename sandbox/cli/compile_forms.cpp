// The forms of `ward compile`: bytes, a C header, a listing, a graph, JSON.
#include <cctype>
#include <cstdio>

#include "compiler/diff_calls.hpp"
#include "compiler/raw_filter.hpp"
#include "compiler/show_rows.hpp"
#include "policy/render.hpp"
#include "sandbox/cli/compile.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

using compiler::Abi;
using compiler::FilterPath;
using sandbox::Json;

std::string abi_names(const CompiledFilter& filter) {
    std::string names;
    for (const compiler::AbiModel& abi : filter.jail.filter.abis)
        names.append(names.empty() ? "" : ", ").append(compiler::abi_name(abi.abi));
    return names;
}

// Of the launcher's own exec there is none here: the filter of a launch lets one through that carries a
// key, and whoever knows the filter would know the key.
std::string exec_note(const CompiledFilter& filter) {
    return filter.forbids_exec ? "exec: forbidden without exception; load it after the program has been executed"
                               : "exec: as the policy says, for the launcher too";
}

std::string title_of(const CompiledFilter& filter) {
    return "the system-call filter of `" + policy::escaped(filter.jail.name) + "` for " + abi_names(filter);
}

std::string size_of(const CompiledFilter& filter) {
    return std::to_string(filter.map.program.size()) + " instructions, proved to be what the policy says";
}

compiler::PlaceOfCall places(const CompiledFilter& filter) {
    return [&filter](Abi abi, std::uint32_t number) {
        return compiler::place_of(compiler::origins_of_call(filter.jail, abi, number), filter.sources);
    };
}

// With the default where nothing names the call.
compiler::PlaceOfCall places_or_default(const CompiledFilter& filter) {
    const std::string otherwise = compiler::place_of(filter.jail.default_refusal.origins, filter.sources);
    return [otherwise, named = places(filter)](Abi abi, std::uint32_t number) {
        std::string place = named(abi, number);
        if (!place.empty() && place != otherwise) return place;
        return std::string(compiler::default_place) + (otherwise.empty() ? "" : " " + otherwise);
    };
}

std::string as_bytes(const CompiledFilter& filter) {
    return compiler::bytes_of(filter.map.program);
}

// A name that C takes.
std::string c_name(const CompiledFilter& filter) {
    std::string name = "ward_" + filter.jail.name;
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
    return name;
}

// Text that cannot end a comment of C.
std::string in_comment(std::string text) {
    for (std::size_t at = text.find("*/"); at != std::string::npos; at = text.find("*/")) text.replace(at, 2, "* /");
    return text;
}

std::string as_c(const CompiledFilter& filter) {
    const std::string name = c_name(filter);
    std::string text = "/* " + in_comment(title_of(filter)) + ".\n   " + size_of(filter) + ".\n   " +
                       exec_note(filter) + ".\n   Use: struct sock_fprog program = {" + name + "_length, " + name +
                       "}; seccomp(SECCOMP_SET_MODE_FILTER, 0, &program). */\n#pragma once\n\n"
                       "#include <linux/filter.h>\n\n#define " +
                       name + "_length " + std::to_string(filter.map.program.size()) +
                       "\n\nstatic struct sock_filter " + name + "[" + name + "_length] = {\n";
    for (const sock_filter& each : filter.map.program) {
        char line[64];
        std::snprintf(line, sizeof line, "    {%#06x, %3u, %3u, %#010x},\n", each.code, each.jt, each.jf, each.k);
        text += line;
    }
    return text + "};\n";
}

std::string as_text(const CompiledFilter& filter) {
    return "# " + title_of(filter) + "\n# " + size_of(filter) + "\n# " + exec_note(filter) + "\n" +
           compiler::disassemble(filter.map, places_or_default(filter));
}

std::string as_graph(const CompiledFilter& filter) {
    return compiler::graph_of(filter.map, title_of(filter));
}

Json instruction_as_json(const sock_filter& each) {
    return Json::object().set("code", each.code).set("jt", each.jt).set("jf", each.jf).set("k", each.k);
}

Json call_as_json(const CompiledFilter& filter, const FilterPath& path) {
    Json call = Json::object();
    call.set("abi", compiler::abi_name(path.abi));
    if (path.is_named) {
        call.set("name", compiler::name_of_call(path.abi, path.number));
        call.set("number", path.number);
    } else {
        call.set("every_other_number_from", path.number);
    }
    const sock_filter& entry = filter.map.program[path.entry];
    const bool is_fixed = compiler::is_return(entry);
    call.set("answer", is_fixed ? compiler::return_in_words(entry.k) : "depends on its arguments");
    call.set("from_instruction", path.entry);
    const std::string place = places(filter)(path.abi, path.number);
    if (path.is_named && !place.empty()) call.set("place", place);
    return call;
}

std::string as_json(const CompiledFilter& filter) {
    Json json = Json::object();
    json.set("policy", filter.jail.name).set("proved", true).set("exec_forbidden", filter.forbids_exec);
    Json abis = Json::list();
    Json instructions = Json::list();
    Json calls = Json::list();
    for (const compiler::AbiModel& abi : filter.jail.filter.abis) abis.add(compiler::abi_name(abi.abi));
    for (const sock_filter& each : filter.map.program) instructions.add(instruction_as_json(each));
    for (const FilterPath& path : filter.map.paths) calls.add(call_as_json(filter, path));
    json.set("abis", abis).set("instructions", instructions).set("calls", calls);
    return json.ascii_text();
}

constexpr FilterForm forms[] = {
    {"bpf", as_bytes, true},  {"c", as_c, false},       {"text", as_text, false},
    {"dot", as_graph, false}, {"json", as_json, false},
};

}  // namespace

std::span<const FilterForm> filter_forms() {
    return forms;
}

}  // namespace ward::cli
