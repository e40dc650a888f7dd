# The warnings everything of ours is built with; users' builds never see them.
add_library(jsonlog_warnings INTERFACE)
target_compile_options(jsonlog_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wcast-qual -Wwrite-strings -Wundef
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
  $<$<BOOL:${JSONLOG_WERROR}>:-Werror>)
