# bash completion for jsonlog
_jsonlog() {
    local commands="filter explain lint test-metric-filter"
    local current=${COMP_WORDS[COMP_CWORD]}
    local previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$current")
        return
    fi
    case ${COMP_WORDS[1]} in
    filter)
        options="-v --invert -m --limit --since --until --timestamp-field -f --follow -c --count
            --only --raw --json -n --line-number -H --with-filename -h --no-filename
            -A --after -B --before -C --context --color -j --threads --stats --help"
        ;;
    explain | lint) options="--color --json --help" ;;
    test-metric-filter) options="--filter-pattern --log-event-messages --help" ;;
    *) return ;;
    esac
    case $previous in
    --color)
        mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$current")
        return
        ;;
    --since | --until)
        mapfile -t COMPREPLY < <(compgen -W "15m 1h 1d now" -- "$current")
        return
        ;;
    -m | --limit | -A | --after | -B | --before | -C | --context | -j | --threads | \
        --timestamp-field | --only | --filter-pattern)
        return
        ;;
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -F _jsonlog jsonlog
