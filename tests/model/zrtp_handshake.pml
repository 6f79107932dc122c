/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hello to Conf2ACK in DH mode between two honest ends, as userspace/zrtp does it, over
 * a network that is not to be trusted. tests/model/check says how it is run.
 *
 * What an end sends is there until it vanishes: meanwhile it may come as often as the
 * network likes, in any order.
 *
 *	-DATTACK	Nothing vanishes of what somebody else may keep and send again; that
 *			somebody, Mallory, also says whatever can be said with what was heard.
 *	otherwise	The network has no mind, but VANISH messages vanish, be it that they
 *			are lost or that they came just once.
 *
 * Cryptography is perfect: who has none of the two secret values of an exchange has not
 * its keys, and nobody finds what a hash was made of. H0 leads to H1, H2 and H3, and each
 * is the key of a MAC over the message before (RFC 6189 9): H2 of Hello's, H1 of Commit's,
 * H0 of DHPart's.
 *
 * -DBREAK_... takes out a check: the model must then go wrong. -DFIND_... says what must be found
 * to happen.
 */
#ifndef VANISH
#define VANISH		3
#endif

#define A		0
#define B		1
#define M		2	/* Mallory */
#define OTHER(x)	(1 - (x))
#define EITHER(bit, x, y)	((bit) * (x) + (1 - (bit)) * (y))

/* States of an end, those of userspace/zrtp/session.h. */
#define LISTEN		0
#define DISCOVERY	1
#define COMMIT		2
#define DHPART1		3
#define DHPART2		4
#define CONFIRM1	5
#define CONFIRM2	6
#define SECURE		7
#define FAILED		8

/* What an end has said, as bits of air[]. */
#define S_HELLO		1
#define S_HELLO_ACK	2
#define S_COMMIT	4
#define S_DHPART1	8
#define S_DHPART2	16
#define S_CONFIRM1	32
#define S_CONFIRM2	64
#define S_CONF2ACK	128
#define SAID(x, what)	(air[x] & (what))

/*
 * Hellos, a number for each that differs: 0 for none, then three of A and of B, one of M.
 * The second of three is one that Mallory has altered, the third one that she has altered
 * and given a good MAC, for which she must know H2.
 */
#define HELLO(x)	(3 * (x) + 1)
#define HELLO_CHAIN(h)	(((h) - 1) / 3)
#define HELLO_MAC(h)	((h) != 2 && (h) != 5)
#define HELLO_OF_M	7

/*
 * DHParts: 1 and 2 of A and B; in the name of A and of B with Mallory's public value, the
 * first of two with a bad MAC; Mallory's own. A weak value would be as good for her as her
 * own: it is refused, and not in here.
 */
#define DH(x)		((x) + 1)
#define DH_FORGED(x, good)	(3 + 2 * (x) + (good))
#define DH_OF_M		7
#define DH_CHAIN(d)	((d) == DH_OF_M -> M : ((d) <= 2 -> (d) - 1 : ((d) - 3) / 2))
#define DH_MAC(d)	((d) != 3 && (d) != 5)
#define DH_OF_MALLORY(d)	((d) > 2)

/*
 * Commits: of A and B, each with the Hello of the peer that went into its hvi; in the name
 * of A and B, leading to a forged DHPart2, with a bad or a good MAC; Mallory's own, and hers
 * that leads to no DHPart2 that she has.
 */
#define CM(x, h)	(16 * ((x) + 1) + (h))
#define CM_FORGED(x, dh_good, good)	(48 + 4 * (x) + 2 * (dh_good) + (good))
#define CM_OF_M		64
#define CM_LOOSE	65
#define CM_CHAIN(c)	((c) >= 64 -> M : ((c) >= 48 -> ((c) - 48) / 4 : (c) / 16 - 1))
#define CM_MAC(c)	((c) < 48 || (c) >= 64 || (c) % 2)
#define CM_DHPART2(c)	((c) == CM_LOOSE -> 0 : ((c) == CM_OF_M -> DH_OF_M : \
			 ((c) >= 48 -> DH_FORGED(((c) - 48) / 4, ((c) / 2) % 2) : DH((c) / 16 - 1))))
#define CM_BINDS(c, x)	((c) >= 48 || (c) % 16 == HELLO(x))

byte state[2], air[2];
byte hello[2], commit[2], dhpart1[2], dhpart2[2];	/* that an end goes by */
byte own_commit[2];
bool answered[2], owed[2], initiator[2], keyed[2];
byte lower;		/* whose hvi is lower: A or B; M as long as nobody has looked */
byte vanished;

/* Which keys an end has follows from all that both sides said. */
#define RESPONDERS_HELLO(x)	EITHER(initiator[x], hello[x], HELLO(x))
#define SAME_KEYS	(keyed[A] && keyed[B] && initiator[A] != initiator[B] && \
			 commit[A] == commit[B] && dhpart1[A] == dhpart1[B] && \
			 dhpart2[A] == dhpart2[B] && RESPONDERS_HELLO(A) == RESPONDERS_HELLO(B))
#define KEYS_OF_MALLORY(x)	(keyed[x] && (DH_OF_MALLORY(dhpart1[x]) || \
					      DH_OF_MALLORY(dhpart2[x])))

/* What Mallory has heard. */
#define KNOWS_H2(x)	SAID(x, S_COMMIT | S_DHPART1 | S_DHPART2)
#define KNOWS_H1(x)	SAID(x, S_DHPART1 | S_DHPART2)
#define KNOWS_H0(x)	(KEYS_OF_MALLORY(x) && SAID(x, S_CONFIRM1 | S_CONFIRM2))

/* The checks, each of which can be taken out. */
#ifdef BREAK_OWN_ZID
#define OWN_ZID(h)	false
#else
#define OWN_ZID(h)	(HELLO_CHAIN(h) == me)
#endif
#ifdef BREAK_HELLO_MAC
#define HELLO_RIGHT	true
#else
#define HELLO_RIGHT	HELLO_MAC(hello[me])
#endif
#ifdef BREAK_COMMIT_CHAIN
#define COMMIT_FITS(c)	(hello[me])
#else
#define COMMIT_FITS(c)	(hello[me] && CM_CHAIN(c) == HELLO_CHAIN(hello[me]))
#endif
#ifdef BREAK_COMMIT_MAC
#define COMMIT_RIGHT	true
#else
#define COMMIT_RIGHT	CM_MAC(commit[me])
#endif
#ifdef BREAK_CONTENTION
#define GIVES_WAY	true
#else
#define GIVES_WAY	(lower == me)
#endif
#ifdef BREAK_DHPART1_CHAIN
#define DHPART1_FITS(d)	true
#else
#define DHPART1_FITS(d)	(DH_CHAIN(d) == HELLO_CHAIN(hello[me]))
#endif
#ifdef BREAK_DHPART2_CHAIN
#define DHPART2_FITS(d)	true
#else
#define DHPART2_FITS(d)	(DH_CHAIN(d) == CM_CHAIN(commit[me]))
#endif
#ifdef BREAK_HVI
#define HVI_RIGHT(d)	true
#else
#define HVI_RIGHT(d)	(CM_DHPART2(commit[me]) == (d) && CM_BINDS(commit[me], me))
#endif
#ifdef BREAK_CONFIRM_MAC
#define CONFIRM_RIGHT(same)	true
#else
#define CONFIRM_RIGHT(same)	(same)
#endif
#ifdef BREAK_H0
#define H0_RIGHT(chain)	true
#else
#define H0_RIGHT(chain)	((chain) == DH_CHAIN(PEERS_DHPART) && DH_MAC(PEERS_DHPART))
#endif
/* An answer that may be lost is given again. */
#ifdef BREAK_LISTENERS_ACK
#define LISTENERS_ANSWER	S_HELLO
#else
#ifdef BREAK_LISTENERS_HELLO
#define LISTENERS_ANSWER	S_HELLO_ACK
#else
#define LISTENERS_ANSWER	(S_HELLO | S_HELLO_ACK)
#endif
#endif
#ifdef BREAK_CONF2ACK
#define CONFIRMS_AGAIN	false
#else
#define CONFIRMS_AGAIN	!SAID(me, S_CONF2ACK)
#endif
/* A HelloACK may be anybody's: Hello is said until there is one of the peer as well. */
#ifdef BREAK_T1
#define T1_RUNS		(!answered[me])
#else
#define T1_RUNS		(!answered[me] || !hello[me])
#endif

#define PEERS_DHPART	EITHER(initiator[me], dhpart1[me], dhpart2[me])

inline say(what) { air[me] = air[me] | (what) }
inline fail() { state[me] = FAILED }

inline commit_if_ready()
{
	if
	:: state[me] == DISCOVERY && answered[me] && hello[me] ->
		state[me] = COMMIT;
		initiator[me] = true;
		own_commit[me] = CM(me, hello[me]);
		commit[me] = own_commit[me];
		dhpart2[me] = DH(me);
		say(S_COMMIT)
	:: else
	fi
}

/* A Hello that has come, h. */
inline on_hello(h)
{
	if
	:: OWN_ZID(h) -> fail()
	:: !OWN_ZID(h) && state[me] == LISTEN && h == hello[me] ->
		if
		:: answered[me] -> say(LISTENERS_ANSWER)
		:: else -> say(S_HELLO)
		fi
	:: !OWN_ZID(h) && state[me] == LISTEN && h != hello[me] ->
		hello[me] = h;
		answered[me] = false;
		owed[me] = true;
		say(S_HELLO)
	:: !OWN_ZID(h) && state[me] == DISCOVERY ->
		if
		:: hello[me] && h != hello[me] && answered[me] ->
			answered[me] = false;
			say(S_HELLO)
		:: else
		fi;
		hello[me] = h;
		say(S_HELLO_ACK);
		commit_if_ready()
	fi
}

inline on_hello_ack()
{
	answered[me] = true;
	if
	:: state[me] == LISTEN && owed[me] -> owed[me] = false; say(S_HELLO_ACK)
	:: else
	fi;
	commit_if_ready()
}

inline respond(c)
{
	if
	:: !HELLO_RIGHT -> fail()
	:: else ->
		state[me] = DHPART1;
		initiator[me] = false;
		commit[me] = c;
		dhpart1[me] = DH(me);
		dhpart2[me] = 0;
		say(S_DHPART1)
	fi
}

/* RFC 6189 4.2: of two the lower hvi is discarded. Mallory's is as high as she likes. */
inline contend(c)
{
	if
	:: c >= 48 -> respond(c)
	:: else ->
		if
		:: lower == M -> lower = A
		:: lower == M -> lower = B
		:: lower != M
		fi;
		if
		:: GIVES_WAY -> respond(c)
		:: else
		fi
	fi
}

inline on_commit(c)
{
	if
	:: state[me] == COMMIT -> contend(c)
	:: state[me] == DHPART1 -> say(S_DHPART1)
	:: else -> respond(c)
	fi
}

inline on_dhpart1(d)
{
	if
	:: !HELLO_RIGHT -> fail()
	:: else ->
		dhpart1[me] = d;
		keyed[me] = true;
		state[me] = DHPART2;
		say(S_DHPART2)
	fi
}

inline on_dhpart2(d)
{
	if
	:: state[me] == CONFIRM1 -> say(S_CONFIRM1)
	:: state[me] == DHPART1 && (!COMMIT_RIGHT || !HVI_RIGHT(d)) -> fail()
	:: else ->
		dhpart2[me] = d;
		keyed[me] = true;
		state[me] = CONFIRM1;
		say(S_CONFIRM1)
	fi
}

/*
 * A Confirm, made with keys that are ours or are not, by somebody who has H0 of this chain.
 * One with other keys may be anybody's: it is not more than a reason to give up in time.
 */
inline on_confirm(same, chain)
{
	if
	:: !CONFIRM_RIGHT(same) || !H0_RIGHT(chain) -> fail()
	:: else ->
		if
		:: state[me] == DHPART2 -> state[me] = CONFIRM2; say(S_CONFIRM2)
		:: state[me] == CONFIRM1 -> state[me] = SECURE; say(S_CONF2ACK)
		fi
	fi
}

/* What must happen now and then, so that all this is not about nothing. */
#ifdef FIND_HONEST
#define FIND	(state[A] == SECURE && state[B] == SECURE && SAME_KEYS)
#endif
#ifdef FIND_BOTH_BEGIN
#define FIND	(state[A] == SECURE && SAME_KEYS && own_commit[A] && own_commit[B])
#endif
#ifdef FIND_MALLORY
#define FIND	(HELLO_CHAIN(hello[me]) == M)
#endif
#ifdef FIND_BETWEEN
#define FIND	(HELLO_CHAIN(hello[me]) == OTHER(me) && KEYS_OF_MALLORY(me) && KEYS_OF_MALLORY(OTHER(me)))
#endif
#ifndef FIND
#define FIND	false
#endif

/*
 * Who takes SRTP alone, or shows that it is secure, has agreed on keys with the one whose
 * Hello it goes by; or that one has agreed with Mallory, who then has two different keys
 * with two ends and nothing to choose: the SAS tells (RFC 6189 4.4.1.1).
 */
inline look()
{
	if
	:: state[me] == CONFIRM2 || state[me] == SECURE ->
		assert(HELLO_CHAIN(hello[me]) != me);
		assert(HELLO_MAC(hello[me]));
		assert(HELLO_CHAIN(hello[me]) != M || KEYS_OF_MALLORY(me));
		assert(HELLO_CHAIN(hello[me]) != OTHER(me) || SAME_KEYS || KNOWS_H0(OTHER(me)));
		assert(HELLO_CHAIN(hello[me]) != OTHER(me) || !SAME_KEYS || !initiator[me] ||
		       hello[me] == HELLO(OTHER(me)));
		assert(initiator[me] || CM_DHPART2(commit[me]) == dhpart2[me]);
		assert(!(FIND))
	:: else
	fi
}

/* A step is one only if something is another way after it: then what cannot go on stops. */
#define HELLO_COUNTS(h)	((state[me] == LISTEN && (h != hello[me] || \
			  (answered[me] && (air[me] & LISTENERS_ANSWER) != LISTENERS_ANSWER) || \
			  (!answered[me] && !SAID(me, S_HELLO)))) || \
			 (state[me] == DISCOVERY && (h != hello[me] || !SAID(me, S_HELLO_ACK))))
#define ACK_COUNTS	((state[me] == LISTEN && hello[me] && (!answered[me] || owed[me])) || \
			 (state[me] == DISCOVERY && !answered[me]))
#define COMMIT_COUNTS(c)	((state[me] <= DISCOVERY && COMMIT_FITS(c)) || \
				 (state[me] == COMMIT && COMMIT_FITS(c) && \
				  (c >= 48 || lower == M || GIVES_WAY)) || \
				 (state[me] == DHPART1 && c == commit[me] && !SAID(me, S_DHPART1)))
#define DHPART1_COUNTS(d)	(state[me] == COMMIT && DHPART1_FITS(d))
#define DHPART2_COUNTS(d)	((state[me] == DHPART1 && DHPART2_FITS(d)) || \
				 (state[me] == CONFIRM1 && d == dhpart2[me] && !SAID(me, S_CONFIRM1)))
#define WAITS_FOR_CONFIRM	(state[me] == DHPART2 || state[me] == CONFIRM1)
#define CONFIRM_OF(x)	EITHER(initiator[x], S_CONFIRM2, S_CONFIRM1)

/* What Mallory may say to an end, besides what she has heard. */
inline mallory_says()
{
	if
	/* Hello: hers; the peer's, altered, also with a MAC; our own */
	:: HELLO_COUNTS(HELLO_OF_M) -> on_hello(HELLO_OF_M)
	:: HELLO_COUNTS(HELLO(you) + 1) -> on_hello(HELLO(you) + 1)
	:: KNOWS_H2(you) && HELLO_COUNTS(HELLO(you) + 2) -> on_hello(HELLO(you) + 2)
	:: SAID(me, S_HELLO) && HELLO_COUNTS(HELLO(me)) -> on_hello(HELLO(me))
	:: ACK_COUNTS -> on_hello_ack()
	/* Commit: hers; hers with a hvi that she has not yet made up her mind about; in
	 * the name of the peer; our own */
	:: COMMIT_COUNTS(CM_OF_M) -> on_commit(CM_OF_M)
	:: COMMIT_COUNTS(CM_LOOSE) -> on_commit(CM_LOOSE)
	:: KNOWS_H2(you) && COMMIT_COUNTS(CM_FORGED(you, 0, 0)) -> on_commit(CM_FORGED(you, 0, 0))
	:: KNOWS_H1(you) && COMMIT_COUNTS(CM_FORGED(you, 0, 1)) -> on_commit(CM_FORGED(you, 0, 1))
	:: KNOWS_H0(you) && COMMIT_COUNTS(CM_FORGED(you, 1, 1)) -> on_commit(CM_FORGED(you, 1, 1))
	:: SAID(me, S_COMMIT) && COMMIT_COUNTS(own_commit[me]) -> on_commit(own_commit[me])
	/* DHPart1 and DHPart2 */
	:: DHPART1_COUNTS(DH_OF_M) -> on_dhpart1(DH_OF_M)
	:: KNOWS_H1(you) && DHPART1_COUNTS(DH_FORGED(you, 0)) -> on_dhpart1(DH_FORGED(you, 0))
	:: KNOWS_H0(you) && DHPART1_COUNTS(DH_FORGED(you, 1)) -> on_dhpart1(DH_FORGED(you, 1))
	:: SAID(me, S_DHPART1) && DHPART1_COUNTS(DH(me)) -> on_dhpart1(DH(me))
	:: DHPART2_COUNTS(DH_OF_M) -> on_dhpart2(DH_OF_M)
	:: KNOWS_H1(you) && DHPART2_COUNTS(DH_FORGED(you, 0)) -> on_dhpart2(DH_FORGED(you, 0))
	:: KNOWS_H0(you) && DHPART2_COUNTS(DH_FORGED(you, 1)) -> on_dhpart2(DH_FORGED(you, 1))
	:: SAID(me, S_DHPART2) && DHPART2_COUNTS(DH(me)) -> on_dhpart2(DH(me))
	/* Confirm, with keys that are hers as well: under her own H0, under one that she
	 * was told; or with no keys that anybody has */
	:: WAITS_FOR_CONFIRM && KEYS_OF_MALLORY(me) -> on_confirm(true, M)
	:: WAITS_FOR_CONFIRM && KEYS_OF_MALLORY(me) && KNOWS_H0(you) -> on_confirm(true, you)
	:: WAITS_FOR_CONFIRM -> on_confirm(false, M)
	/* Conf2ACK, which nobody signs; an Error that the exchange does not survive */
	:: state[me] == CONFIRM2 -> state[me] = SECURE
	:: state[me] >= DISCOVERY && state[me] < SECURE -> fail()
	fi
}

proctype end(bit me; bit starts)
{
	bit you = OTHER(me);

end_waits:
	do
	/* Our person wants to speak. */
	:: atomic { starts && state[me] == LISTEN ->
		state[me] = DISCOVERY;
		if
		:: !answered[me] -> say(S_HELLO)
		:: else
		fi;
		commit_if_ready()
	   }
	/* What the peer has said. */
	:: atomic { SAID(you, S_HELLO) && HELLO_COUNTS(HELLO(you)) -> on_hello(HELLO(you)) }
	:: atomic { SAID(you, S_HELLO) && state[me] >= COMMIT && state[me] <= SECURE &&
		    hello[me] == HELLO(you) && !SAID(me, S_HELLO_ACK) -> say(S_HELLO_ACK) }
	:: atomic { SAID(you, S_HELLO_ACK) && ACK_COUNTS -> on_hello_ack() }
	:: atomic { SAID(you, S_COMMIT) && COMMIT_COUNTS(own_commit[you]) ->
		on_commit(own_commit[you]) }
	:: atomic { SAID(you, S_DHPART1) && DHPART1_COUNTS(DH(you)) -> on_dhpart1(DH(you)); look() }
	:: atomic { SAID(you, S_DHPART2) && DHPART2_COUNTS(DH(you)) -> on_dhpart2(DH(you)) }
	:: atomic { SAID(you, CONFIRM_OF(you)) && WAITS_FOR_CONFIRM &&
		    CONFIRM_OF(you) != CONFIRM_OF(me) -> on_confirm(SAME_KEYS, you); look() }
	:: atomic { SAID(you, S_CONFIRM2) && state[me] == SECURE && !initiator[me] &&
		    SAME_KEYS && CONFIRMS_AGAIN -> say(S_CONF2ACK) }
	:: atomic { SAID(you, S_CONF2ACK) && state[me] == CONFIRM2 -> state[me] = SECURE; look() }
#ifdef ATTACK
	:: atomic { mallory_says(); look() }
#else
	/* T1 and T2 */
	:: atomic { state[me] == DISCOVERY && T1_RUNS && !SAID(me, S_HELLO) -> say(S_HELLO) }
	:: atomic { state[me] == COMMIT && !SAID(me, S_COMMIT) -> say(S_COMMIT) }
	:: atomic { state[me] == DHPART2 && !SAID(me, S_DHPART2) -> say(S_DHPART2) }
	:: atomic { state[me] == CONFIRM2 && !SAID(me, S_CONFIRM2) -> say(S_CONFIRM2) }
#endif
	od
}

#ifndef ATTACK
/* Somebody who cannot hear says the one thing that needs no knowledge. */
#ifdef INJECT
bit injected;
#define INJECTED	injected
proctype injector()
{
	bit me;

	if
	:: me = A
	:: me = B
	fi;
end_silent:
	atomic { !injected && ACK_COUNTS -> injected = true; on_hello_ack() }
}
#else
#define INJECTED	false
#endif

#define GOES(x, what)	atomic { vanished < VANISH && SAID(x, what) -> \
				 air[x] = air[x] & (255 - (what)); vanished++ }

proctype network()
{
end_quiet:
	do
	:: GOES(A, S_HELLO)
	:: GOES(A, S_HELLO_ACK)
	:: GOES(A, S_COMMIT)
	:: GOES(A, S_DHPART1)
	:: GOES(A, S_DHPART2)
	:: GOES(A, S_CONFIRM1)
	:: GOES(A, S_CONFIRM2)
	:: GOES(A, S_CONF2ACK)
	:: GOES(B, S_HELLO)
	:: GOES(B, S_HELLO_ACK)
	:: GOES(B, S_COMMIT)
	:: GOES(B, S_DHPART1)
	:: GOES(B, S_DHPART2)
	:: GOES(B, S_CONFIRM1)
	:: GOES(B, S_CONFIRM2)
	:: GOES(B, S_CONF2ACK)
	od
}

#define HAS_TIMER(x)	(state[x] >= COMMIT && state[x] <= CONFIRM2)

/* Nothing can happen any more but that somebody gives up. */
proctype at_last()
{
end_later:
	timeout ->
	assert((state[A] == SECURE && state[B] == SECURE && SAME_KEYS) ||
	       (INJECTED && (HAS_TIMER(A) || HAS_TIMER(B))))
}
#endif

init {
	atomic {
		lower = M;
		run end(A, 1);
		if
		:: run end(B, 1)
		:: run end(B, 0)
		fi;
#ifndef ATTACK
		run network();
		run at_last();
#ifdef INJECT
		run injector();
#endif
#endif
	}
}
