// Named threads, the monotonic gate under BoundedQueue, the two clocks, freed memory.
#define _GNU_SOURCE
#include "CBasics.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

_Static_assert(sizeof(pthread_t) <= sizeof(uint64_t), "a pthread_t must fit into 64 bits");

struct cbasics_gate {
    pthread_mutex_t mutex;
    pthread_cond_t room;
    pthread_cond_t item;
};

cbasics_gate *cbasics_gate_new(void) {
    cbasics_gate *g = malloc(sizeof *g);
    if (!g) return NULL;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&g->mutex, NULL);
    pthread_cond_init(&g->room, &attributes);
    pthread_cond_init(&g->item, &attributes);
    pthread_condattr_destroy(&attributes);
    return g;
}

void cbasics_gate_free(cbasics_gate *g) {
    pthread_cond_destroy(&g->item);
    pthread_cond_destroy(&g->room);
    pthread_mutex_destroy(&g->mutex);
    free(g);
}

void cbasics_gate_lock(cbasics_gate *g) { pthread_mutex_lock(&g->mutex); }
void cbasics_gate_unlock(cbasics_gate *g) { pthread_mutex_unlock(&g->mutex); }
void cbasics_gate_wait_room(cbasics_gate *g) { pthread_cond_wait(&g->room, &g->mutex); }
void cbasics_gate_signal_room(cbasics_gate *g) { pthread_cond_signal(&g->room); }
void cbasics_gate_signal_item(cbasics_gate *g) { pthread_cond_signal(&g->item); }

void cbasics_gate_signal_all(cbasics_gate *g) {
    pthread_cond_broadcast(&g->room);
    pthread_cond_broadcast(&g->item);
}

bool cbasics_gate_wait_item(cbasics_gate *g, uint64_t until) {
    struct timespec at = {.tv_sec = (time_t)(until / 1000000000ull),
                          .tv_nsec = (long)(until % 1000000000ull)};
    return pthread_cond_timedwait(&g->item, &g->mutex, &at) != ETIMEDOUT;
}

struct start {
    cbasics_thread_body body;
    void *context;
    char name[16];
};

static void *run(void *argument) {
    struct start s = *(struct start *)argument;
    free(argument);
    pthread_setname_np(pthread_self(), s.name);
    s.body(s.context);
    return NULL;
}

int cbasics_thread_start(uint64_t *thread, const char *name, size_t stack_bytes,
                         cbasics_thread_body body, void *context) {
    struct start *s = calloc(1, sizeof *s);
    if (!s) return ENOMEM;
    s->body = body;
    s->context = context;
    strncpy(s->name, name, sizeof s->name - 1);
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error) {
        free(s);
        return error;
    }
    error = pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_t id;
    if (!error) error = pthread_create(&id, &attributes, run, s);
    pthread_attr_destroy(&attributes);
    if (error) {
        free(s);
        return error;
    }
    *thread = (uint64_t)id;
    return 0;
}

int cbasics_thread_join(uint64_t thread) { return pthread_join((pthread_t)thread, NULL); }
void cbasics_thread_detach(uint64_t thread) { pthread_detach((pthread_t)thread); }
uint64_t cbasics_thread_self(void) { return (uint64_t)pthread_self(); }
void cbasics_thread_name(char *name) { pthread_getname_np(pthread_self(), name, 16); }

uint64_t cbasics_monotonic_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

int64_t cbasics_wall_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000ll + (int64_t)t.tv_nsec;
}

void cbasics_give_memory_back(void) { malloc_trim(0); }
