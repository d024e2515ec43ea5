#include "policy/format.hpp"

#include <utility>
#include <vector>

#include "policy/format_items.hpp"
#include "policy/format_layout.hpp"
#include "policy/parser.hpp"
#include "policy/same_policy.hpp"

namespace ward::policy {

namespace {

// ---- which blank lines there are

// Items that stand together at the outermost level, without a blank line between them.
enum class Group { policy_line, uses, values, block };

Group group_of(const Item& item) {
    if (item.kind != Item::Kind::statement) return Group::block;
    const std::string_view verb = item.tokens.front().text;
    if (verb == "policy") return Group::policy_line;
    return verb == "use" ? Group::uses : Group::values;
}

// The groups are divided by blank lines, above the comments that stand directly above an item.
void divide_groups(std::vector<Item>& items) {
    std::optional<Group> last;
    std::size_t first_of_run = 0;  // of comments and the item below them
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool goes_on = i != 0 && items[i - 1].kind == Item::Kind::comment && !items[i].after_blank;
        if (!goes_on) first_of_run = i;
        if (items[i].depth != 0) continue;
        const bool behind_block = i != 0 && items[i - 1].kind == Item::Kind::close;
        items[i].after_blank = items[i].after_blank || behind_block;
        const bool ends_block = items[i].kind == Item::Kind::close || items[i].kind == Item::Kind::branch;
        if (items[i].kind == Item::Kind::comment || ends_block) continue;
        const Group group = group_of(items[i]);
        if (last && group != *last) items[first_of_run].after_blank = true;
        last = group;
    }
}

// No blank line stands at the edge of a block or of the text.
void drop_edges(std::vector<Item>& items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool opened =
            i != 0 && (items[i - 1].kind == Item::Kind::open || items[i - 1].kind == Item::Kind::branch);
        const bool ends_block = items[i].kind == Item::Kind::close || items[i].kind == Item::Kind::branch;
        if (i == 0 || opened || ends_block) items[i].after_blank = false;
    }
}

// ---- whether nothing was lost

std::vector<std::string_view> comments_of(const std::vector<Token>& tokens) {
    std::vector<std::string_view> comments;
    for (const Token& token : tokens) {
        if (token.kind == Token::Kind::comment) comments.push_back(token.text);
    }
    return comments;
}

bool says_and_holds_the_same(const std::string& formatted, const Policy& policy, std::string_view text) {
    Sources sources;
    Diagnostics diagnostics;
    auto again = parse(sources, sources.add("", formatted), diagnostics);
    if (!again || !says_the_same(policy, *std::move(again))) return false;
    return comments_of(tokens_of(text)) == comments_of(tokens_of(formatted));
}

}  // namespace

std::string canonical_form(std::string_view text) {
    std::vector<Item> items = items_of(text);
    divide_groups(items);
    drop_edges(items);
    return lay_out(items);
}

bool is_faithful(const std::string& formatted, const Policy& policy, const Sources& sources, Diagnostics& diagnostics) {
    const Source& source = sources[policy.file];
    if (says_and_holds_the_same(formatted, policy, source.text())) return true;
    diagnostics
        .add(slug::format_not_faithful, std::nullopt,
             "the canonical form of `" + source.name() + "` would not say the same")
        .note("this is a mistake in ward; the text is left as it is")
        .help("report it, with the text");
    return false;
}

std::optional<std::string> format(const Sources& sources, FileId file, Diagnostics& diagnostics) {
    const auto policy = parse(sources, file, diagnostics);
    if (!policy) return std::nullopt;
    std::string formatted = canonical_form(sources[file].text());
    if (!is_faithful(formatted, *policy, sources, diagnostics)) return std::nullopt;
    return formatted;
}

}  // namespace ward::policy
