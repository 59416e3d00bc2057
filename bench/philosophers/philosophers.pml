/* Dijkstra's dinner, idiomatic: see philosophers.chan. -DSTARVING makes all of them right-handed. */
#ifndef N
#define N 3
#endif

mtype = { Take, Taken, Put };

chan ask[2*N]    = [1] of { mtype };	/* 2f is the left side of fork f, 2f+1 its right side */
chan answer[2*N] = [1] of { mtype };

proctype philosopher(chan a1, r1, a2, r2)
{
	xs a1; xr r1; xs a2; xr r2;
	do
	:: a1!Take; r1?Taken; a2!Take; r2?Taken; a2!Put; a1!Put
	od
}

proctype holder(chan la, lr, ra, rr)
{
	xr la; xs lr; xr ra; xs rr;
	do
	:: la?Take; lr!Taken; la?Put
	:: ra?Take; rr!Taken; ra?Put
	od
}

init {
	byte i;
	atomic {
		for (i : 0 .. N-2) {
			run philosopher(ask[2*i], answer[2*i], ask[2*i+3], answer[2*i+3]);
		}
#ifdef STARVING
		run philosopher(ask[2*N-2], answer[2*N-2], ask[1], answer[1]);
#else
		run philosopher(ask[1], answer[1], ask[2*N-2], answer[2*N-2]);
#endif
		for (i : 0 .. N-1) {
			run holder(ask[2*i], answer[2*i], ask[2*i+1], answer[2*i+1]);
		}
		i = 0
	}
}
