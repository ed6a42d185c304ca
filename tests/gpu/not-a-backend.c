/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/* A sound library that is no backend: found under a backend's name in test-gpu-backends.c. */

int not_a_backend (void);

int
not_a_backend (void)
{
  return 1;
}
