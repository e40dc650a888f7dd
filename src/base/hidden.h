#ifndef JL_BASE_HIDDEN_H
#define JL_BASE_HIDDEN_H
/**
 * Variables of other files. -fvisibility=hidden hides what is defined, and says nothing of what is
 * declared: without this, compilers take a variable for one of another library and look up its
 * address in a table each time.
 */
#define JL_EXTERN extern __attribute__((visibility("hidden")))

#endif
