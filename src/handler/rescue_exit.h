#ifndef JL_HANDLER_RESCUE_EXIT_H
#define JL_HANDLER_RESCUE_EXIT_H
/** Lines in memory when the process ends and a handler hangs. */

/** From here on exit() rescues what is held when it cannot wait any longer. Said with every
 * holder that is put on the list of rescue.h. */
void jl_rescue_arm_exit(void);

#endif
