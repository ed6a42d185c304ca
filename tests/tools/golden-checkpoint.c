/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/golden-weights.h"
#include "tests/support/torch-writer.h"

#include <string.h>

/*
 * golden-checkpoint FOLDER [NAME…]
 *
 * Writes full-size checkpoints with weights by the formula of the golden cases, in upstream's
 * layout and names, as PyTorch saves them: for the benchmark and for tests of the whole program.
 * They say nothing that anyone understands, at the right speed. Without names: what v2Pro needs
 * for English.
 */

static const struct
{
  const char *name;
  const char *path;
  const char *network;
  const char *section;
  const char *prefix;
  const char *version;
  gboolean hparams;
  const char *head;
} files[] = {
  { "s1v3", "s1v3.ckpt", "t2s", "weight", "model.", "v2", FALSE, NULL },
  { "v2Pro", "v2Pro/s2Gv2Pro.pth", "s2-v2Pro", "weight", "", "v2Pro", TRUE, "05" },
  { "hubert", "chinese-hubert-base/pytorch_model.bin", "cnhubert", NULL, "hubert.", NULL, FALSE,
    NULL },
  { "eres2netv2", "sv/pretrained_eres2netv2w24s4ep4.ckpt", "eres2netv2", NULL, "", NULL, FALSE,
    NULL },
  { "v2ProPlus", "v2Pro/s2Gv2ProPlus.pth", "s2-v2ProPlus", "weight", "", "v2ProPlus", TRUE, "06" },
  { "v2", "gsv-v2final-pretrained/s2G2333k.pth", "s2-v2", "weight", "", "v2", FALSE, NULL },
  { "v1", "s2G488k.pth", "s2-v1", "weight", "", "v1", FALSE, NULL },
  { "roberta", "chinese-roberta-wwm-ext-large/pytorch_model.bin", "roberta", NULL, "bert.", NULL,
    FALSE, NULL },
};
#define N_DEFAULT 4

static gboolean
is_wanted (gsize index, char **names)
{
  return names[0] == NULL ? index < N_DEFAULT
                          : g_strv_contains ((const char *const *) names, files[index].name);
}

static void
write_file (GoldenSet *set, gsize index, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, files[index].path, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (MynaTensors) tensors =
      golden_weights_new (set, files[index].network, GOLDEN_WEIGHTS_F32);
  TorchWriterFile file = {
    .tensors = tensors,
    .section = files[index].section,
    .prefix = files[index].prefix,
    .type = MYNA_TENSOR_F16,
    .info = "GPT-e15",
    .version = files[index].version,
    .hparams = files[index].hparams,
    .head = files[index].head,
  };

  if (g_mkdir_with_parents (parent, 0777) != 0)
    g_error ("could not make %s", parent);
  torch_writer_save (&file, path);
  g_print ("%s\n", path);
}

int
main (int argc, char **argv)
{
  g_autoptr (GoldenSet) set = NULL;

  if (argc < 2)
    {
      g_printerr ("usage: golden-checkpoint FOLDER [NAME…], names:");
      for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
        g_printerr (" %s", files[i].name);
      g_printerr ("\n");
      return 2;
    }
  set = golden_set_open ();
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    if (is_wanted (i, argv + 2))
      write_file (set, i, argv[1]);
  return 0;
}
