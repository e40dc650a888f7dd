# JSONLOG_SANITIZE=address,undefined (preset asan) or thread (preset tsan).
if(JSONLOG_SANITIZE)
  add_compile_options(-fsanitize=${JSONLOG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${JSONLOG_SANITIZE})
elseif(CMAKE_C_FLAGS MATCHES "-fsanitize=([^ ]+)")
  set(JSONLOG_SANITIZE ${CMAKE_MATCH_1}) # they are asked for in CFLAGS
endif()
if(JSONLOG_SANITIZE)
  # At -O3 gcc believes that a pointer is NULL because the sanitizer asks whether it is.
  add_compile_options($<$<C_COMPILER_ID:GNU>:-Wno-error=format-overflow>)
endif()
