/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/queue/myna-job-order.h"

#include <glib/gi18n.h>

typedef struct
{
  MynaJob *job; /* owned */
  guint rank;   /* the section */
} Place;

struct _MynaJobOrder
{
  GObject parent_instance;

  /* Owned references */
  MynaJobQueue *queue;
  GArray *places; /* of Place */
};

static void list_model_init (GListModelInterface *iface);
static void section_model_init (GtkSectionModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaJobOrder,
                               myna_job_order,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init)
                                   G_IMPLEMENT_INTERFACE (GTK_TYPE_SECTION_MODEL,
                                                          section_model_init))

static guint
get_rank (MynaJobState state)
{
  switch (state)
    {
    case MYNA_JOB_RUNNING:
    case MYNA_JOB_CANCELLING:
      return 0;
    case MYNA_JOB_INTERRUPTED:
      return 1;
    case MYNA_JOB_QUEUED:
      return 2;
    case MYNA_JOB_DONE:
    case MYNA_JOB_FAILED:
    case MYNA_JOB_CANCELLED:
    default:
      return 3;
    }
}

/**
 * myna_job_order_section_title:
 * @state: the state of a job
 *
 * Returns: (transfer none): the translated heading of the section that it is in
 */
const char *
myna_job_order_section_title (MynaJobState state)
{
  static const char *const titles[] = { N_ ("Running"), N_ ("Interrupted"), N_ ("Waiting"),
                                        N_ ("Finished") };

  return _ (titles[get_rank (state)]);
}

static void
place_clear (gpointer data)
{
  g_object_unref (((Place *) data)->job);
}

static GArray *
places_new (void)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (Place));

  g_array_set_clear_func (places, place_clear);
  return places;
}

static const Place *
get_place (GArray *places, guint position)
{
  return &g_array_index (places, Place, position);
}

/* g_array_sort() is stable: the queue's own order stays, but the newest of what is over is first.
 */
static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *first = a;
  const Place *second = b;
  gint64 newer = myna_job_get_id (second->job) - myna_job_get_id (first->job);

  if (first->rank != second->rank)
    return first->rank < second->rank ? -1 : 1;
  if (!myna_job_is_finished (first->job) || newer == 0)
    return 0;
  return newer < 0 ? -1 : 1;
}

static GArray *
create_places (MynaJobOrder *self)
{
  GArray *places = places_new ();

  g_assert (MYNA_IS_JOB_ORDER (self));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->queue)); i++)
    {
      Place place = { g_list_model_get_item (G_LIST_MODEL (self->queue), i), 0 };

      place.rank = get_rank (myna_job_get_state (place.job));
      g_array_append_val (places, place);
    }
  g_array_sort (places, compare_places);
  return places;
}

static gboolean
place_equal (const Place *first, const Place *second)
{
  return first->job == second->job && first->rank == second->rank;
}

/* Tells only what is different between the ends that stayed the same. */
static void
update (MynaJobOrder *self)
{
  g_autoptr (GArray) before = g_steal_pointer (&self->places);
  guint shorter;
  guint head = 0;
  guint tail = 0;

  g_assert (MYNA_IS_JOB_ORDER (self));

  self->places = create_places (self);
  shorter = MIN (before->len, self->places->len);
  while (head < shorter && place_equal (get_place (before, head), get_place (self->places, head)))
    head++;
  while (tail < shorter - head &&
         place_equal (get_place (before, before->len - 1 - tail),
                      get_place (self->places, self->places->len - 1 - tail)))
    tail++;
  if (before->len - head - tail > 0 || self->places->len - head - tail > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, before->len - head - tail,
                                self->places->len - head - tail);
}

static void
state_cb (MynaJobOrder *self, GParamSpec *pspec, MynaJob *job)
{
  g_assert (MYNA_IS_JOB_ORDER (self));

  update (self);
}

/* A job that was moved is taken out and put in again: it is watched only once. */
static void
queue_changed_cb (MynaJobOrder *self, guint position, guint removed, guint added, GListModel *queue)
{
  g_assert (MYNA_IS_JOB_ORDER (self));

  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (queue, i);

      g_signal_handlers_disconnect_by_func (job, state_cb, self);
      g_signal_connect_object (job, "notify::state", G_CALLBACK (state_cb), self,
                               G_CONNECT_SWAPPED);
    }
  update (self);
}

static GType
get_item_type (GListModel *model)
{
  return MYNA_TYPE_JOB;
}

static guint
get_n_items (GListModel *model)
{
  return MYNA_JOB_ORDER (model)->places->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  MynaJobOrder *self = MYNA_JOB_ORDER (model);

  if (position >= self->places->len)
    return NULL;
  return g_object_ref (get_place (self->places, position)->job);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
get_section (GtkSectionModel *model, guint position, guint *out_start, guint *out_end)
{
  MynaJobOrder *self = MYNA_JOB_ORDER (model);
  guint rank;

  if (position >= self->places->len)
    {
      *out_start = self->places->len;
      *out_end = G_MAXUINT;
      return;
    }
  rank = get_place (self->places, position)->rank;
  *out_start = position;
  *out_end = position + 1;
  while (*out_start > 0 && get_place (self->places, *out_start - 1)->rank == rank)
    (*out_start)--;
  while (*out_end < self->places->len && get_place (self->places, *out_end)->rank == rank)
    (*out_end)++;
}

static void
section_model_init (GtkSectionModelInterface *iface)
{
  iface->get_section = get_section;
}

static void
myna_job_order_finalize (GObject *object)
{
  MynaJobOrder *self = MYNA_JOB_ORDER (object);

  g_clear_object (&self->queue);
  g_clear_pointer (&self->places, g_array_unref);

  G_OBJECT_CLASS (myna_job_order_parent_class)->finalize (object);
}

static void
myna_job_order_class_init (MynaJobOrderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_job_order_finalize;
}

static void
myna_job_order_init (MynaJobOrder *self)
{
  self->places = places_new ();
}

/**
 * myna_job_order_new:
 * @queue: the jobs
 *
 * Returns: (transfer full): the jobs in sections
 */
MynaJobOrder *
myna_job_order_new (MynaJobQueue *queue)
{
  MynaJobOrder *self;

  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (queue), NULL);

  self = g_object_new (MYNA_TYPE_JOB_ORDER, NULL);
  self->queue = g_object_ref (queue);
  g_signal_connect_object (queue, "items-changed", G_CALLBACK (queue_changed_cb), self,
                           G_CONNECT_SWAPPED);
  queue_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (queue)),
                    G_LIST_MODEL (queue));
  return self;
}
