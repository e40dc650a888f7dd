# make install: headers, both libraries, the program with its man pages and completions, a CMake package and a pkg-config
# file.
include(CMakePackageConfigHelpers)

set(JSONLOG_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/jsonlog)
set_target_properties(jsonlog_shared PROPERTIES EXPORT_NAME jsonlog)
set_target_properties(jsonlog_static PROPERTIES EXPORT_NAME static)

# jsonlog::cmocka adds nothing but the include path: the adapter is a header.
add_library(jsonlog_cmocka INTERFACE)
set_target_properties(jsonlog_cmocka PROPERTIES EXPORT_NAME cmocka)
target_link_libraries(jsonlog_cmocka INTERFACE jsonlog_shared)

install(TARGETS jsonlog_shared jsonlog_static jsonlog_cmocka EXPORT jsonlogTargets
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
install(FILES ${CMAKE_BINARY_DIR}/jsonlogConfig.cmake ${CMAKE_BINARY_DIR}/jsonlogConfigVersion.cmake
  DESTINATION ${JSONLOG_CMAKE_DIR})
install(FILES ${CMAKE_BINARY_DIR}/jsonlog.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
