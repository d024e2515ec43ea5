// The scripts know nothing of ward: they hand over the command line and show what comes back.
#include "sandbox/cli/completion.hpp"

namespace ward::cli {
namespace {

// bash also ends words at `=`, `@` and `:`; words without a blank between them are put together again. What it
// replaces is $2, the end of that word.
constexpr std::string_view bash_script = R"BASH(# ward: completion for bash. source <(ward completion bash)
_ward() {
    local -a words=()
    local word line rest=$COMP_LINE current before
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        line=${rest#"${rest%%[![:blank:]]*}"}
        if [[ ${#words[@]} -gt 0 && ${#line} -eq ${#rest} && -n $word ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        rest=${line#"$word"}
    done
    current=${words[${#words[@]} - 1]}
    before=${current%"$2"}
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :files) compopt -o filenames; while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$2") ;;
            :programs) while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -c -- "$current" | sort -u) ;;
            *) word=${line%%$'\t'*}; COMPREPLY+=("${word#"$before"}") ;;
        esac
    done < <("${COMP_WORDS[0]}" completion --candidates -- "${words[@]:1}" 2>/dev/null)
}
complete -F _ward ward
)BASH";

constexpr std::string_view zsh_script = R"ZSH(#compdef ward
# ward: completion for zsh. Put it into a folder of $fpath as _ward, or: source <(ward completion zsh)
_ward() {
    local line
    local -a candidates
    local files= programs=
    while IFS= read -r line; do
        case $line in
            :files) files=yes ;;
            :programs) programs=yes ;;
            *) candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done < <("${words[1]}" completion --candidates -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( ${#candidates} )) && _describe -V ward candidates
    [[ -n $programs ]] && _command_names -e
    [[ -n $files ]] && _files
}
if [[ $funcstack[1] == _ward ]]; then _ward "$@"; else compdef _ward ward; fi
)ZSH";

constexpr std::string_view fish_script =
    R"FISH(# ward: completion for fish. ward completion fish > ~/.config/fish/completions/ward.fish
function __ward_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] completion --candidates -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (string unescape -- "$current")
            case ':programs'
                __fish_complete_command
            case '*'
                echo $line
        end
    end
end
complete -c ward -f -a '(__ward_candidates)'
)FISH";

struct Script {
    std::string_view shell;
    std::string_view text;
};
constexpr Script scripts[] = {{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};

}  // namespace

std::string_view completion_script(std::string_view shell) {
    for (const Script& script : scripts)
        if (script.shell == shell) return script.text;
    return {};
}

}  // namespace ward::cli
