# JSONLOG_SANITIZE=address,undefined (preset asan) or thread (preset tsan).
if(JSONLOG_SANITIZE)
  add_compile_options(-fsanitize=${JSONLOG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${JSONLOG_SANITIZE})
endif()
