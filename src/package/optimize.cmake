# What is fast and what is small, said once. Files that every record or every matched line goes through are compiled as
# the build type says (Release: -O3), those that some records and lines go through with -O2, and all others
# (configuration, the patterns' compiler, lint, reports, ...) for size; so is in the files that are fast what has the
# attribute cold. callgrind counts the same instructions as with -O3 everywhere; the library is a quarter smaller. Among
# those for size are some that records do go through, once each: it was measured that none of them gains by more.
#
# Who builds for a distribution decides: a level in CFLAGS or a build type of its own (Debian's None, MinSizeRel, Debug)
# holds for every file, and so does -DJSONLOG_SMALL=OFF.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckLinkerFlag)

option(JSONLOG_SMALL "Compile what is not on the path of a record or a match for size" ON)

# Names of files are unique in the tree; these are regular expressions of them, a line for each room. What a record runs
# through once does not loop over what it is given and needs no loops at addresses that divide by 16.
set(JSONLOG_HOT_LOOPS
  cpu ring
  condition filter joint match_.* needle.* prefilter regex_run scan_.* set_search set_tree_names set_tree_read split
  decimal line_bits number_power plain_.* scanner)
set(JSONLOG_HOT
  bytes_value cjson_value json_formatter usual_line
  async_handler callback_handler file_handler line_store watched_file write_buffer
  emit)
set(JSONLOG_WARM
  buffer scratch utf8
  bind glob.* pending program regex_scan
  direct_line entries keys members value_writer
  async_.* stream_handler
  binary escape number_.* text_steps unescape
  limiter
  handler_base handler_lock record stats
  detect.* redact_json redact_record redact_text redact_value)

# jsonlog_compile_at(LEVEL SOURCE...): in the build types that leave it to us.
function(jsonlog_compile_at level)
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS "$<$<CONFIG:Release,RelWithDebInfo>:${level}>")
endfunction()

# jsonlog_take(PATTERNS TAKEN REST): moves the sources whose names are among the patterns from one list to another.
function(jsonlog_take patterns taken rest)
  list(JOIN ${patterns} "|" names)
  set(found ${${rest}})
  set(left ${${rest}})
  list(FILTER found INCLUDE REGEX "/(${names})\\.c$")
  list(FILTER left EXCLUDE REGEX "/(${names})\\.c$")
  set(${taken} ${found} PARENT_SCOPE)
  set(${rest} ${left} PARENT_SCOPE)
endfunction()

function(jsonlog_compile_small target)
  # A section for each function: a program that links the archive with -Wl,--gc-sections keeps only what it calls.
  target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections)
  if(JSONLOG_SMALL AND NOT CMAKE_C_FLAGS MATCHES "(^| )-O")
    get_target_property(cold ${target} SOURCES)
    jsonlog_take(JSONLOG_HOT_LOOPS loops cold)
    jsonlog_take(JSONLOG_HOT hot cold)
    jsonlog_take(JSONLOG_WARM warm cold)
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
      jsonlog_compile_at("-fno-align-loops;-fno-align-jumps" ${hot} ${warm})
    endif()
    jsonlog_compile_at(-O2 ${warm})
    # Smaller yet by instructions that take a little longer; gcc has it since 12.
    check_c_compiler_flag(-Oz JSONLOG_HAVE_OZ)
    jsonlog_compile_at($<IF:$<BOOL:${JSONLOG_HAVE_OZ}>,-Oz,-Os> ${cold})
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
