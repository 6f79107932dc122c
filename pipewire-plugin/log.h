/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_LOG_H
#define SOTTO_PLUGIN_LOG_H

#include <pipewire/log.h>

/* One topic for the whole plugin. No name and no address is logged. */
PW_LOG_TOPIC_EXTERN(sotto_log_topic);
#define PW_LOG_TOPIC_DEFAULT sotto_log_topic

#endif
