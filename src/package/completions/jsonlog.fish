# fish completion for jsonlog
set -l commands filter explain lint test-metric-filter
complete -c jsonlog -f

complete -c jsonlog -n "not __fish_seen_subcommand_from $commands" -a filter -d 'Print the lines that match a filter pattern'
complete -c jsonlog -n "not __fish_seen_subcommand_from $commands" -a explain -d 'Say why lines match or do not'
complete -c jsonlog -n "not __fish_seen_subcommand_from $commands" -a lint -d 'Find what cannot mean what was written'
complete -c jsonlog -n "not __fish_seen_subcommand_from $commands" -a test-metric-filter -d 'Answer as aws logs test-metric-filter does'
complete -c jsonlog -n "not __fish_seen_subcommand_from $commands" -l version -d 'Print the version'
complete -c jsonlog -l help -d 'Print the options'

complete -c jsonlog -n '__fish_seen_subcommand_from filter explain lint' -F
complete -c jsonlog -n '__fish_seen_subcommand_from test-metric-filter' -F
complete -c jsonlog -n '__fish_seen_subcommand_from filter explain lint' -l color -x -a 'auto always never' -d 'When to colour'
complete -c jsonlog -n '__fish_seen_subcommand_from filter explain lint' -l json -d 'Print JSON'

complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s v -l invert -d 'Lines that do not match'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s m -l limit -x -d 'Stop after N selected lines'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -l since -x -a '15m 1h 1d now' -d 'From this time on'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -l until -x -a '15m 1h 1d now' -d 'Before this time'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -l timestamp-field -x -d 'Where the time of a line stands'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s f -l follow -d 'Wait for more lines'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s c -l count -d 'How many lines there are'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -l only -x -d 'Print this value'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -l raw -d 'With --only: strings as they are'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s n -l line-number -d 'With the number of the line'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s H -l with-filename -d 'With the name of the file'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s h -l no-filename -d 'Without the name of the file'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s A -l after -x -d 'N lines behind each'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s B -l before -x -d 'N lines before each'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s C -l context -x -d 'N lines on both sides'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -s j -l threads -x -d 'Threads for large files'
complete -c jsonlog -n '__fish_seen_subcommand_from filter' -l stats -d 'Lines, bytes, seconds on stderr'

complete -c jsonlog -n '__fish_seen_subcommand_from test-metric-filter' -l filter-pattern -x -d 'The pattern'
complete -c jsonlog -n '__fish_seen_subcommand_from test-metric-filter' -l log-event-messages -x -d 'The messages'
