/* A directory that keeps caches of one line coherent, idiomatic: see coherence.chan. */
#ifndef N
#define N 3
#endif

mtype = { Invalid, Shared, Modified, GetShared, GetModified, Line, Invalidate };

chan request[N] = [1] of { mtype };
chan copy[N]    = [1] of { mtype };
chan answer[N]  = [1] of { bit };
byte holders, writers;

/* SET gives the cache another mode. */
#define SET(to)	holders = holders - (mode != Invalid) + (to != Invalid); \
		writers = writers - (mode == Modified) + (to == Modified); \
		mode = to; assert(writers == 0 || holders == 1)

proctype cache(chan out, in, reply)
{
	mtype mode = Invalid;
	xs out; xr in; xs reply;
invalid:
	if
	:: out!GetShared; atomic { in?Line -> SET(Shared) }
	:: out!GetModified; atomic { in?Line -> SET(Modified) }
	fi;
	do
	:: atomic { in?Invalidate -> SET(Invalid) }; reply!1; goto invalid
	:: atomic { mode == Shared && nfull(out) -> out!GetModified };
		atomic { in?Invalidate -> SET(Invalid) }; reply!1; atomic { in?Line -> SET(Modified) }
	od
}

#define ON(k)	:: request[k]?m -> i = k
#define TO(k)	:: held[k] && nfull(copy[k]) -> copy[k]!Invalidate; j = k

proctype directory()
{
	bool held[N], modified;
	byte i, j, holding;
	mtype m;
	do
	:: atomic {
		if
		ON(0)
#if N > 1
		ON(1)
#endif
#if N > 2
		ON(2)
#endif
#if N > 3
		ON(3)
#endif
#if N > 4
		ON(4)
#endif
#if N > 5
		ON(5)
#endif
#if N > 6
		ON(6)
#endif
#if N > 7
		ON(7)
#endif
#if N > 8
		ON(8)
#endif
#if N > 9
		ON(9)
#endif
#if N > 10
		ON(10)
#endif
#if N > 11
		ON(11)
#endif
		fi;
		j = (m == GetModified || modified -> holding : 0);
		modified = (m == GetModified); m = 0;
		if
		:: j > 0 -> j = 0; goto invalidate
		:: else
		fi };
		goto grant;
invalidate:	atomic {
		if
		TO(0)
#if N > 1
		TO(1)
#endif
#if N > 2
		TO(2)
#endif
#if N > 3
		TO(3)
#endif
#if N > 4
		TO(4)
#endif
#if N > 5
		TO(5)
#endif
#if N > 6
		TO(6)
#endif
#if N > 7
		TO(7)
#endif
#if N > 8
		TO(8)
#endif
#if N > 9
		TO(9)
#endif
#if N > 10
		TO(10)
#endif
#if N > 11
		TO(11)
#endif
		fi };
		atomic { answer[j]?1 ->
			held[j] = false; holding--; j = 0;
			if
			:: holding > 0 -> goto invalidate
			:: else
			fi };
grant:		atomic { copy[i]!Line; held[i] = true; holding++; i = 0 }
	od
}

init {
	byte i;
	atomic {
		run directory();
		for (i : 0 .. N-1) {
			run cache(request[i], copy[i], answer[i]);
		}
		i = 0
	}
}
