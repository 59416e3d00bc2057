/* Mutual exclusion by a token that goes round, idiomatic: see tokenring.chan. */
#ifndef N
#define N 3
#endif

mtype = { Ask, Go, Leave, Token };

chan ask[N]  = [1] of { mtype };
chan go[N]   = [1] of { mtype };
chan link[N] = [1] of { mtype };	/* link[i] leads to station i */
byte inside;

proctype user(chan to, from)
{
	xs to; xr from;
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
	xr from; xs to; xr left; xs right;
	right!Token;
	STATION
}

proctype station(chan from, to, left, right)
{
	xr from; xs to; xr left; xs right;
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

#ifdef LIVE	/* always again somebody is inside */
ltl live { []<> (inside == 1) }
#endif
