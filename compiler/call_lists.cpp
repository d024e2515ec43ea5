#include "compiler/call_lists.hpp"

#include <algorithm>
#include <string>

namespace ward::compiler {
namespace {

using policy::Diagnostics;
using policy::Word;

// The words of one list that mean something here, each once.
struct Resolved {
    std::vector<ListedCalls> words;
    CallSet calls;            // of all of them
    bool is_complete = true;  // false: a word means nothing, and what the list was to hold is unknown
};

using policy::quoted;

void report_repeated(const Word& word, const Word& first, Diagnostics& diagnostics) {
    const std::string message = word.text == first.text
                                    ? quoted(word.text) + " is named twice in one list"
                                    : quoted(word.text) + " is another name of " + quoted(first.text);
    diagnostics.add(policy::slug::duplicate_statement, word.span, message)
        .also(first.span, "named here already")
        .help("remove " + quoted(word.text));
}

// The earlier word of a list that stands for the same calls, or null.
const Word* earlier_word(const CallSet& calls, const std::vector<ListedCalls>& list) {
    const auto same = [&](const ListedCalls& earlier) { return earlier.named.calls == calls; };
    const auto found = std::find_if(list.begin(), list.end(), same);
    return found != list.end() ? found->word : nullptr;
}

// Words that mean nothing and words that repeat another are reported.
Resolved resolve_words(std::span<const Word* const> words, std::size_t member, CallNames& names,
                       Diagnostics& diagnostics) {
    Resolved list;
    list.words.reserve(words.size());
    for (std::size_t index = 0; index < words.size(); ++index) {
        const auto named = names.resolve(*words[index], member);
        list.is_complete &= named.has_value();
        if (!named || named->calls.none()) continue;
        // Only what is in the list already can be repeated: a quick answer for long lists.
        const bool is_new = (named->calls & ~list.calls).any();
        const Word* const earlier = is_new ? nullptr : earlier_word(named->calls, list.words);
        list.calls |= named->calls;
        if (earlier && names.are_one_everywhere(words[index]->text, earlier->text))
            report_repeated(*words[index], *earlier, diagnostics);
        else
            list.words.push_back({index, words[index], *named});
    }
    return list;
}

// An `except` of something that is not in the list is a mistake about the list.
void check_except(const Resolved& excepted, const Resolved& from, Diagnostics& diagnostics) {
    if (!from.is_complete) return;
    for (const ListedCalls& listed : excepted.words)
        if ((listed.named.calls & from.calls).none())
            diagnostics
                .add(policy::slug::useless_except, listed.word->span,
                     "`except` removes nothing: " + quoted(listed.word->text) + " is not in the list")
                .label("not in the list")
                .help("remove " + quoted(listed.word->text));
}

void report_nothing_left(const Word& word, Diagnostics& diagnostics) {
    diagnostics.add(policy::slug::nothing_left, word.span, "`except` leaves nothing of " + quoted(word.text))
        .label("all of it is excepted")
        .help("remove " + quoted(word.text) + " from the list");
}

}  // namespace

std::vector<ListedCalls> resolve_list(std::span<const Word* const> words, std::span<const Word> except,
                                      std::size_t member, CallNames& names, Diagnostics& diagnostics) {
    Resolved list = resolve_words(words, member, names, diagnostics);
    if (except.empty()) return std::move(list.words);
    const Resolved excepted = resolve_words(addresses(except), member, names, diagnostics);
    check_except(excepted, list, diagnostics);
    for (ListedCalls& listed : list.words) {
        listed.named.calls &= ~excepted.calls;
        listed.named.granted &= ~excepted.calls;
        if (listed.named.calls.none()) report_nothing_left(*listed.word, diagnostics);
    }
    std::erase_if(list.words, [](const ListedCalls& listed) { return listed.named.calls.none(); });
    return std::move(list.words);
}

std::vector<const Word*> addresses(std::span<const Word> words) {
    std::vector<const Word*> result;
    result.reserve(words.size());
    for (const Word& word : words) result.push_back(&word);
    return result;
}

}  // namespace ward::compiler
