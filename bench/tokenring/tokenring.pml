/* Mutual exclusion by a token that goes round, idiomatic: see tokenring.chan. */
#ifndef N
#define N 3
#endif

mtype = { Ask, Go, Leave, Token };

#ifdef LIVE	/* the claim looks at a channel, which then is nobody's own */
#define OWN(out, in)
#else
#define OWN(out, in)	xs out; xr in;
#endif

chan ask[N]  = [1] of { mtype };
chan go[N]   = [1] of { mtype };
chan link[N] = [1] of { mtype };	/* link[i] leads to station i */
byte inside;

proctype user(chan to, from)
{
	OWN(to, from)
	do
	:: to!Ask; atomic { from?Go -> inside++; assert(inside == 1) }; atomic { to!Leave -> inside-- }
	od
}

#define STATION	do \
	:: if \
	   :: from?Ask; left?Token; to!Go; from?Leave \
	   :: left?Token \
	   fi; \
	   right!Token \
	od

proctype first(chan from, to, left, right)
{
	OWN(to, from) OWN(right, left)
	right!Token;
	STATION
}

proctype station(chan from, to, left, right)
{
	OWN(to, from) OWN(right, left)
	STATION
}

init {
	byte i;
	atomic {
		run user(ask[0], go[0]);
		run first(ask[0], go[0], link[0], link[1]);
		for (i : 1 .. N-1) {
			run user(ask[i], go[i]);
			run station(ask[i], go[i], link[i], link[(i+1)%N]);
		}
		i = 0
	}
}

#ifdef LIVE	/* the token goes round for ever */
ltl live { []<> (len(link[0]) > 0) }
#endif
