/* A directory that keeps caches of one line coherent, idiomatic: see coherence.chan. */
#ifndef N
#define N 3
#endif

mtype = { Invalid, Shared, Modified, GetShared, GetModified, Line, Got, Invalidate, Invalidated };

chan request[N] = [1] of { mtype };
chan line[N]    = [1] of { mtype };
chan snoop[N]   = [1] of { mtype };
chan answer[N]  = [1] of { mtype };
byte holders, writers;

/* SET gives the cache another mode. */
#define SET(to)	holders = holders - (mode != Invalid) + (to != Invalid); 		writers = writers - (mode == Modified) + (to == Modified); 		mode = to; assert(writers == 0 || holders == 1)

proctype cache(chan out, in, hear, reply)
{
	mtype mode = Invalid, next;
	xs out; xr in; xr hear; xs reply;
	do
	:: atomic { mode == Invalid && nfull(out) -> out!GetShared; next = Shared }; goto waiting
	:: atomic { mode != Modified && nfull(out) -> out!GetModified; next = Modified }; goto waiting
	:: atomic { hear?Invalidate -> SET(Invalid) }; reply!Invalidated
	:: false ->
waiting:	do
		:: atomic { in?Line -> SET(next); next = 0 }; break
		:: atomic { hear?Invalidate -> SET(Invalid) }; reply!Invalidated
		od;
		out!Got
	od
}

#define ON(k)	:: request[k]?m -> i = k
#define NEXT	do :: j < N && (!has[j] || j == i) -> j++ :: else -> break od

proctype directory()
{
	bool has[N], owned;
	byte i, j;
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
		if
		:: m == GetModified || owned -> NEXT
		:: else -> j = N
		fi;
		owned = (m == GetModified); m = 0;
		if
		:: j < N -> goto invalidate
		:: else
		fi };
		goto grant;
invalidate:	snoop[j]!Invalidate;
		atomic { answer[j]?Invalidated ->
			has[j] = false; NEXT;
			if
			:: j < N -> goto invalidate
			:: else
			fi };
grant:		atomic { line[i]!Line; has[i] = true; j = 0 };
		atomic { request[i]?Got; i = 0 }
	od
}

init {
	byte i;
	atomic {
		run directory();
		for (i : 0 .. N-1) {
			run cache(request[i], line[i], snoop[i], answer[i]);
		}
		i = 0
	}
}
