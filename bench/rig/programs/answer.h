/* The one answer of the benchmark: upstream.c speaks it, load.c counts that every word of it arrived. */
#ifndef ANSWER_H
#define ANSWER_H

#define WORD "spoken-word"
#define WORDS 64 /* in a stream: one word a chunk */

#endif
