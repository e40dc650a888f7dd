# What is fast and what is small, said once. Files that every record or every matched line goes through are compiled as
# the build type says (Release: -O3), those that some records and lines go through with -O2, and all others
# (configuration, the patterns' compiler, lint, reports, ...) for size. callgrind counts the same instructions as with
# -O3 everywhere; the library is a fifth smaller.
#
# Who builds for a distribution decides: a level in CFLAGS or a build type of its own (Debian's None, MinSizeRel, Debug)
# holds for every file, and so does -DJSONLOG_SMALL=OFF.
include(CheckCSourceCompiles)
include(CheckLinkerFlag)

option(JSONLOG_SMALL "Compile what is not on the path of a record or a match for size" ON)

# Names of files are unique in the tree; these are regular expressions of them, a line for each room.
set(JSONLOG_HOT
  buffer clock cpu epoch ring thread utf8
  condition filter joint match_.* needle.* prefilter regex_run scan_.* set_search set_tree_read split
  direct_.* json_formatter keys members scalar_writer site_head time_text usual_line value_writer
  async_handler callback_handler descriptor file_handler output output_apart watched_file write_buffer
  decimal escape.* line_bits number_power number_write plain_.* scanner text_steps unescape
  emit space
  handler_base handler_lock level record record_line site)
set(JSONLOG_WARM
  scratch
  bind filter_.* glob.* pending program regex_scan
  attributes entries line line_fit
  async_.* sigpipe stream_handler
  binary number_.*
  gates limiter
  stats
  detect.* redact_json redact_record redact_text redact_value)

# jsonlog_compile_at(LEVEL SOURCE...): in the build types that leave it to us.
function(jsonlog_compile_at level)
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS $<$<CONFIG:Release,RelWithDebInfo>:${level}>)
endfunction()

function(jsonlog_compile_small target)
  # A section for each function: a program that links the archive with -Wl,--gc-sections keeps only what it calls.
  target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections)
  if(JSONLOG_SMALL AND NOT CMAKE_C_FLAGS MATCHES "(^| )-O")
    list(JOIN JSONLOG_HOT "|" hot)
    list(JOIN JSONLOG_WARM "|" warm)
    get_target_property(cold ${target} SOURCES)
    list(FILTER cold EXCLUDE REGEX "/(${hot})\\.c$")
    set(lukewarm ${cold})
    list(FILTER lukewarm INCLUDE REGEX "/(${warm})\\.c$")
    list(FILTER cold EXCLUDE REGEX "/(${warm})\\.c$")
    jsonlog_compile_at(-O2 ${lukewarm})
    jsonlog_compile_at(-Os ${cold})
  endif()
endfunction()

function(jsonlog_link_small target)
  # Calls of one exported function by another go straight there, not through a table in which others could replace it.
  set(flags -Wl,--gc-sections -Wl,-Bsymbolic-functions)
  # The thousand relocations of our tables as a bitmap. The loader reads it since glibc 2.36.
  check_c_source_compiles("#include <features.h>
    #if !__GLIBC_PREREQ(2, 36)
    #error it does not
    #endif
    int main(void) { return 0; }" JSONLOG_LOADER_READS_RELR)
  if(JSONLOG_LOADER_READS_RELR)
    list(APPEND flags -Wl,-z,pack-relative-relocs)
  endif()
  foreach(flag ${flags})
    string(MAKE_C_IDENTIFIER "JSONLOG_LINKS${flag}" known)
    check_linker_flag(C "${flag}" ${known})
    if(${known})
      target_link_options(${target} PRIVATE "${flag}")
    endif()
  endforeach()
endfunction()
