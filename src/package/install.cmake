# make install: headers, both libraries, the program with its man pages and completions, a CMake package and a pkg-config
# file.
include(CMakePackageConfigHelpers)

set(JSONLOG_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/jsonlog)
set_target_properties(jsonlog_shared PROPERTIES EXPORT_NAME jsonlog)
set_target_properties(jsonlog_static PROPERTIES EXPORT_NAME static)

# jsonlog::cmocka and its like add nothing but the include path, for the adapters are headers. The framework itself is
# the program's to find and link.
set(JSONLOG_ADAPTERS cmocka check criterion gtest catch2 glib)
foreach(adapter ${JSONLOG_ADAPTERS})
  add_library(jsonlog_${adapter} INTERFACE)
  set_target_properties(jsonlog_${adapter} PROPERTIES EXPORT_NAME ${adapter})
  target_link_libraries(jsonlog_${adapter} INTERFACE jsonlog_shared)
  list(APPEND JSONLOG_ADAPTER_TARGETS jsonlog_${adapter})
endforeach()
set_target_properties(jsonlog_syslog PROPERTIES EXPORT_NAME syslog INSTALL_RPATH "$ORIGIN")

install(TARGETS jsonlog_shared jsonlog_static jsonlog_syslog ${JSONLOG_ADAPTER_TARGETS} EXPORT jsonlogTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS jsonlog_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(section 1 7)
  install(DIRECTORY src/package/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} FILES_MATCHING PATTERN "*.${section}")
endforeach()
install(FILES src/package/completions/jsonlog.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME jsonlog)
install(FILES src/package/completions/_jsonlog DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES src/package/completions/jsonlog.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES src/package/config.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/jsonlog)
install(DIRECTORY include/jsonlog DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT jsonlogTargets NAMESPACE jsonlog:: DESTINATION ${JSONLOG_CMAKE_DIR})

configure_package_config_file(src/package/jsonlogConfig.cmake.in ${CMAKE_BINARY_DIR}/jsonlogConfig.cmake
  INSTALL_DESTINATION ${JSONLOG_CMAKE_DIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/jsonlogConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_file(src/package/jsonlog.pc.in ${CMAKE_BINARY_DIR}/jsonlog.pc @ONLY)
configure_file(src/package/jsonlog-syslog.pc.in ${CMAKE_BINARY_DIR}/jsonlog-syslog.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/jsonlogConfig.cmake ${CMAKE_BINARY_DIR}/jsonlogConfigVersion.cmake
  DESTINATION ${JSONLOG_CMAKE_DIR})
install(FILES ${CMAKE_BINARY_DIR}/jsonlog.pc ${CMAKE_BINARY_DIR}/jsonlog-syslog.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
