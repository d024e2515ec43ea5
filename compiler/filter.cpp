#include "compiler/filter.hpp"

namespace ward::compiler {

NodeId Decisions::respond(Response response) {
    if (response.kind != Response::Kind::refuse) response.error = 0;
    return intern({.kind = Node::Kind::response, .response = response});
}

NodeId Decisions::test(Test test, NodeId yes, NodeId no) {
    if ((test.value & ~test.mask) != 0) return no;  // a bit that the mask has cleared is never set
    if (yes == no || test.mask == 0) return yes;
    return intern({.kind = Node::Kind::test, .test = test, .yes = yes, .no = no});
}

NodeId Decisions::exec_key(NodeId yes, NodeId no) {
    if (yes == no) return yes;
    return intern({.kind = Node::Kind::exec_key, .yes = yes, .no = no});
}

NodeId Decisions::intern(const Node& node) {
    const auto [known, is_new] = known_.try_emplace({node.kind, node.response, node.test, node.yes, node.no},
                                                    static_cast<NodeId>(nodes_.size()));
    if (is_new) nodes_.push_back(node);
    return known->second;
}

}  // namespace ward::compiler
