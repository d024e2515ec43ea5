#include "policy/diagnostic.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ward::policy {

std::string quoted(std::string_view text) {
    return '`' + std::string(text) + '`';
}

Diagnostic& Diagnostic::label(std::string text) {
    if (primary_ && has_words_) primary_->text = std::move(text);
    return *this;
}

Diagnostic& Diagnostic::also(Span span, std::string text) {
    secondary_.push_back({span, has_words_ ? std::move(text) : std::string()});
    return *this;
}

Diagnostic& Diagnostic::note(std::string text) {
    if (has_words_) notes_.push_back(std::move(text));
    return *this;
}

Diagnostic& Diagnostic::help(std::string text) {
    if (has_words_) helps_.push_back(std::move(text));
    return *this;
}

Diagnostic& Diagnostics::add(const Slug& kind, std::optional<Span> where, std::string message) {
    const bool is_error = kind.severity == Severity::error;
    ++(is_error ? errors_ : warnings_);
    // Warnings leave room for the errors that come after them.
    const bool full = kept_.size() >= most_ || (!is_error && warnings_ > most_ / 2);
    if (full) return scratch_.emplace(kind, where, std::move(message));
    return keep_ == Keep::places ? kept_.emplace_back(kind, where)
                                 : kept_.emplace_back(kind, where, std::move(message));
}

std::size_t Diagnostics::suppressed() const {
    return errors_ + warnings_ - kept_.size();
}

std::vector<const Diagnostic*> Diagnostics::sorted() const {
    std::vector<const Diagnostic*> result;
    for (const Diagnostic& diagnostic : kept_) result.push_back(&diagnostic);
    const auto place = [](const Diagnostic* diagnostic) {
        const auto& primary = diagnostic->primary();
        return primary ? std::tuple(false, primary->span.file, primary->span.begin) : std::tuple(true, 0U, 0U);
    };
    std::stable_sort(result.begin(), result.end(),
                     [&](const Diagnostic* a, const Diagnostic* b) { return place(a) < place(b); });
    return result;
}

}  // namespace ward::policy
