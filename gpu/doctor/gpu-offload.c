/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Which of AMD's architectures a library was compiled for: clang puts its device code as a bundle
 * into the section .hip_fatbin, whose head lists a target for each part ("hipv4-amdgcn-amd-amdhsa--
 * gfx1100"). ggml does not tell, and a library has a gigabyte, so only heads are read. Layout:
 * Clang's documentation "Clang Offload Bundler". */

#define MAGIC "__CLANG_OFFLOAD_BUNDLE__"
#define MAX_SECTIONS 4096
#define MAX_NAMES (1 << 20)
#define MAX_ENTRIES 256
#define MAX_TARGET 128

static gboolean
read_at (int fd, guint64 offset, void *to, gsize size)
{
  gsize done = 0;

  if (offset > G_MAXINT64 - size)
    return FALSE;
  while (done < size)
    {
      gssize got = pread (fd, (guint8 *) to + done, size - done, (off_t) (offset + done));

      if (got <= 0)
        return FALSE;
      done += (gsize) got;
    }
  return TRUE;
}

static gboolean
has_name (const char *names, gsize size, guint32 at, const char *name)
{
  gsize length = strlen (name) + 1;

  return at < size && size - at >= length && memcmp (names + at, name, length) == 0;
}

/* The place of .hip_fatbin in a 64-bit ELF file of this machine's byte order. */
static gboolean
find_section (int fd, Elf64_Shdr *found)
{
  g_autofree Elf64_Shdr *sections = NULL;
  g_autofree char *names = NULL;
  Elf64_Ehdr head;
  const Elf64_Shdr *of_names;

  if (!read_at (fd, 0, &head, sizeof head) || memcmp (head.e_ident, ELFMAG, SELFMAG) != 0 ||
      head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_shentsize != sizeof (Elf64_Shdr) ||
      head.e_shnum == 0 || head.e_shnum > MAX_SECTIONS || head.e_shstrndx >= head.e_shnum)
    return FALSE;
  sections = g_new (Elf64_Shdr, head.e_shnum);
  if (!read_at (fd, head.e_shoff, sections, head.e_shnum * sizeof *sections))
    return FALSE;
  of_names = &sections[head.e_shstrndx];
  if (of_names->sh_size == 0 || of_names->sh_size > MAX_NAMES)
    return FALSE;
  names = g_malloc (of_names->sh_size);
  if (!read_at (fd, of_names->sh_offset, names, of_names->sh_size))
    return FALSE;
  for (guint i = 0; i < head.e_shnum; i++)
    if (has_name (names, of_names->sh_size, sections[i].sh_name, ".hip_fatbin"))
      {
        *found = sections[i];
        return TRUE;
      }
  return FALSE;
}

/* "hipv4-amdgcn-amd-amdhsa--gfx90a:xnack-" -> "gfx90a"; the host's own part has no gfx. */
static char *
read_target (const char *target)
{
  const char *gfx = strstr (target, "gfx");

  return gfx != NULL ? g_strndup (gfx, strcspn (gfx, ":")) : NULL;
}

/**
 * gpu_offload_list:
 * @path: a library
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the architectures of AMD's that
 *   it has code for; %NULL when it does not tell, as where its code is compressed
 */
char **
gpu_offload_list (const char *path)
{
  g_autoptr (GPtrArray) archs = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  char magic[sizeof MAGIC - 1];
  guint64 n = 0, at;
  Elf64_Shdr section = { 0 };

  if (fd < 0)
    return NULL;
  if (find_section (fd, &section) && read_at (fd, section.sh_offset, magic, sizeof magic) &&
      memcmp (magic, MAGIC, sizeof magic) == 0 &&
      !read_at (fd, section.sh_offset + sizeof magic, &n, sizeof n))
    n = 0;
  at = n > 0 ? section.sh_offset + sizeof magic + sizeof n : 0;
  for (guint64 i = 0; i < MIN (n, MAX_ENTRIES); i++)
    {
      guint64 entry[3]; /* offset, size, length of the target's name that follows */
      char target[MAX_TARGET + 1];
      char *gfx;

      if (!read_at (fd, at, entry, sizeof entry) || entry[2] > MAX_TARGET ||
          !read_at (fd, at + sizeof entry, target, entry[2]))
        break;
      target[entry[2]] = '\0';
      at += sizeof entry + entry[2];
      gfx = read_target (target);
      if (gfx != NULL)
        g_ptr_array_add (archs, gfx);
    }
  close (fd);
  return archs->len > 0 ? (char **) g_ptr_array_free (g_steal_pointer (&archs), FALSE) : NULL;
}
