/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: what becomes of flows, and which packets are dropped and why. They have
 * numbers only: no address, no port, no SSRC, nothing of a packet and nothing of a key.
 * Off they cost a jump that is not taken, and none of them is on the way of a packet that
 * passes. Documentation/watching.rst has examples.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sotto

#if !defined(SOTTO_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SOTTO_TRACE_H

#include <linux/sotto.h>
#include <linux/tracepoint.h>

#define SOTTO_TRACE_STATES	\
	EM(SOTTO_STATE_NONE, "none")	\
	EM(SOTTO_STATE_HOLD, "hold")	\
	EM(SOTTO_STATE_CLEAR, "clear")	\
	EM(SOTTO_STATE_SECURE, "secure")	\
	EM(SOTTO_STATE_OWN, "own")	\
	EME(SOTTO_STATE_DEAD, "dead")

#define SOTTO_TRACE_DIRS	\
	EM(SOTTO_DIR_TX, "tx")	\
	EME(SOTTO_DIR_RX, "rx")

/* As libsotto and the specification name them. */
#define SOTTO_TRACE_DROPS	\
	EM(SOTTO_A_STATS_DROP_TX_HOLD, "drop-tx-hold")	\
	EM(SOTTO_A_STATS_DROP_TX_CLASS, "drop-tx-class")	\
	EM(SOTTO_A_STATS_DROP_TX_DEAD, "drop-tx-dead")	\
	EM(SOTTO_A_STATS_DROP_TX_MALFORMED, "drop-tx-malformed")	\
	EM(SOTTO_A_STATS_DROP_TX_REPEAT, "drop-tx-repeat")	\
	EM(SOTTO_A_STATS_DROP_TX_STREAMS, "drop-tx-streams")	\
	EM(SOTTO_A_STATS_DROP_TX_TOO_BIG, "drop-tx-too-big")	\
	EM(SOTTO_A_STATS_DROP_TX_ERROR, "drop-tx-error")	\
	EM(SOTTO_A_STATS_DROP_RX_HOLD, "drop-rx-hold")	\
	EM(SOTTO_A_STATS_DROP_RX_CLASS, "drop-rx-class")	\
	EM(SOTTO_A_STATS_DROP_RX_DEAD, "drop-rx-dead")	\
	EM(SOTTO_A_STATS_DROP_RX_MALFORMED, "drop-rx-malformed")	\
	EM(SOTTO_A_STATS_DROP_RX_CSUM, "drop-rx-csum")	\
	EM(SOTTO_A_STATS_DROP_RX_AUTH, "drop-rx-auth")	\
	EM(SOTTO_A_STATS_DROP_RX_REPLAY, "drop-rx-replay")	\
	EM(SOTTO_A_STATS_DROP_RX_STREAMS, "drop-rx-streams")	\
	EM(SOTTO_A_STATS_DROP_RX_AGENT, "drop-rx-agent")	\
	EM(SOTTO_A_STATS_DROP_RX_ERROR, "drop-rx-error")	\
	EM(SOTTO_A_STATS_DROP_RX_NO_SOCKET, "drop-rx-no-socket")	\
	EM(SOTTO_A_STATS_DROP_RX_SOURCE, "drop-rx-source")	\
	EME(SOTTO_A_STATS_DROP_TX_QUOTE, "drop-tx-quote")

/*
 * What happens to a key: it is "next"; it is in use, and the one before is wiped; it is wiped
 * by KEY_DEL. With its flow each is.
 */
#define SOTTO_KEY_INSTALLED	0
#define SOTTO_KEY_USED		1
#define SOTTO_KEY_WIPED		2

#define SOTTO_TRACE_KEYS	\
	{ SOTTO_KEY_INSTALLED, "installed" },	\
	{ SOTTO_KEY_USED, "used" },	\
	{ SOTTO_KEY_WIPED, "wiped" }

/* So that perf and others know the numbers behind the words. */
#undef EM
#undef EME
#define EM(a, b)	TRACE_DEFINE_ENUM(a);
#define EME(a, b)	TRACE_DEFINE_ENUM(a);
SOTTO_TRACE_STATES
SOTTO_TRACE_DIRS
SOTTO_TRACE_DROPS
#undef EM
#undef EME
#define EM(a, b)	{ a, b },
#define EME(a, b)	{ a, b }

TRACE_EVENT(sotto_flow_new,
	TP_PROTO(u64 flow, u32 state),
	TP_ARGS(flow, state),
	TP_STRUCT__entry(
		__field(u64, flow)
		__field(u32, state)
	),
	TP_fast_assign(
		__entry->flow = flow;
		__entry->state = state;
	),
	TP_printk("flow=%llu state=%s", __entry->flow,
		  __print_symbolic(__entry->state, SOTTO_TRACE_STATES))
);

/* Its keys have been wiped. */
TRACE_EVENT(sotto_flow_gone,
	TP_PROTO(u64 flow),
	TP_ARGS(flow),
	TP_STRUCT__entry(
		__field(u64, flow)
	),
	TP_fast_assign(
		__entry->flow = flow;
	),
	TP_printk("flow=%llu", __entry->flow)
);

TRACE_EVENT(sotto_state,
	TP_PROTO(u64 flow, u32 dir, u32 old, u32 state),
	TP_ARGS(flow, dir, old, state),
	TP_STRUCT__entry(
		__field(u64, flow)
		__field(u32, dir)
		__field(u32, old)
		__field(u32, state)
	),
	TP_fast_assign(
		__entry->flow = flow;
		__entry->dir = dir;
		__entry->old = old;
		__entry->state = state;
	),
	TP_printk("flow=%llu dir=%s old=%s state=%s", __entry->flow,
		  __print_symbolic(__entry->dir, SOTTO_TRACE_DIRS),
		  __print_symbolic(__entry->old, SOTTO_TRACE_STATES),
		  __print_symbolic(__entry->state, SOTTO_TRACE_STATES))
);

TRACE_EVENT(sotto_key,
	TP_PROTO(u64 flow, u32 dir, u32 what),
	TP_ARGS(flow, dir, what),
	TP_STRUCT__entry(
		__field(u64, flow)
		__field(u32, dir)
		__field(u32, what)
	),
	TP_fast_assign(
		__entry->flow = flow;
		__entry->dir = dir;
		__entry->what = what;
	),
	TP_printk("flow=%llu dir=%s what=%s", __entry->flow,
		  __print_symbolic(__entry->dir, SOTTO_TRACE_DIRS),
		  __print_symbolic(__entry->what, SOTTO_TRACE_KEYS))
);

/* @flow: 0 where a rule has decided. @reason: enum sotto_attr_stats. */
TRACE_EVENT(sotto_drop,
	TP_PROTO(u64 flow, u32 reason, u32 packets),
	TP_ARGS(flow, reason, packets),
	TP_STRUCT__entry(
		__field(u64, flow)
		__field(u32, reason)
		__field(u32, packets)
	),
	TP_fast_assign(
		__entry->flow = flow;
		__entry->reason = reason;
		__entry->packets = packets;
	),
	TP_printk("flow=%llu reason=%s packets=%u", __entry->flow,
		  __print_symbolic(__entry->reason, SOTTO_TRACE_DROPS), __entry->packets)
);

#endif /* SOTTO_TRACE_H */

/* Outside of the guard: it reads this file again. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE sotto_trace
#include <trace/define_trace.h>
