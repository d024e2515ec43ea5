// `ward explain`: what a word means, from the tables that the program works by.
#include <cstdlib>

#include "policy/similar_name.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/explain/topic.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/subcommand.hpp"

namespace ward::cli {
namespace {

std::vector<Topic> topics_for(std::string_view name) {
    std::vector<Topic> topics;
    for (const TopicKind& kind : topic_kinds()) {
        for (Topic& topic : kind.find(name)) topics.push_back(std::move(topic));
    }
    return topics;
}

int unknown_topic(const std::string& name) {
    std::vector<std::string> names;
    for (const TopicKind& kind : topic_kinds()) {
        for (std::string& each : kind.names()) names.push_back(std::move(each));
    }
    const auto similar = policy::similar_names(name, std::vector<std::string_view>(names.begin(), names.end()));
    return misuse("explain", "there is nothing to explain about `" + name + "`",
                  similar.empty() ? "`ward explain` lists what there is"
                                  : "a topic with a similar name exists: " + policy::quoted_list(similar));
}

int list_topics(bool as_machine) {
    sandbox::Json json = sandbox::Json::object();
    std::string text = "`ward explain WORD` says what a word means.\n";
    for (const TopicKind& kind : topic_kinds()) {
        const std::vector<std::string> names = kind.names();
        json.set(kind.title, sandbox::Json::list_of(names));
        text += '\n' + std::string(kind.title) + ":\n" + listed("  ", 2, names);
    }
    return answer(as_machine ? json.ascii_text() : text);
}

std::string all_as_text(const std::vector<Topic>& topics) {
    std::string text;
    for (const Topic& topic : topics) text += (text.empty() ? "" : "\n\n") + as_text(topic);
    return text;
}

std::string all_as_json(const std::vector<Topic>& topics) {
    sandbox::Json list = sandbox::Json::list();
    for (const Topic& topic : topics) list.add(as_json(topic));
    return list.ascii_text();
}

}  // namespace

int explain(const Words& words) {
    const auto [options, status] = begin_with_operands("explain", words);
    if (!options) return status;
    const bool as_machine = options->has("json");
    if (options->rest.empty()) return list_topics(as_machine);
    std::vector<Topic> topics;
    for (const std::string& name : options->rest) {
        const std::vector<Topic> found = topics_for(name);
        if (found.empty()) return unknown_topic(name);
        topics.insert(topics.end(), found.begin(), found.end());
    }
    return answer(as_machine ? all_as_json(topics) : all_as_text(topics));
}

}  // namespace ward::cli
