/* Two-phase commit, idiomatic: see commit.chan. Each loop is left with its last message, so that no step is spent on leaving it. */
#ifndef N
#define N 3
#endif

mtype = { Prepare, Yes, No, Commit, Abort, Done };

chan to[N]   = [1] of { mtype };
chan from[N] = [1] of { mtype };
bool committed[N], aborted[N];

#define VOTE(k)	:: from[k]?m -> ready[k] = (m == Yes); yes = yes + ready[k]
#define DONE(k)	:: from[k]?Done
#define NEXT	do :: i < N && !ready[i] -> i++ :: else -> break od

proctype coordinator()
{
	bool ready[N];
	byte i, left, yes;
	mtype m, verdict;
prepare:	do
	:: d_step { i < N-1 && nfull(to[i]) -> to[i]!Prepare; i++ }
	:: d_step { i == N-1 && nfull(to[i]) -> to[i]!Prepare; i = 0; left = N }; break
	od;
	do
	:: atomic {
		if
		VOTE(0)
#if N > 1
		VOTE(1)
#endif
#if N > 2
		VOTE(2)
#endif
#if N > 3
		VOTE(3)
#endif
#if N > 4
		VOTE(4)
#endif
#if N > 5
		VOTE(5)
#endif
#if N > 6
		VOTE(6)
#endif
#if N > 7
		VOTE(7)
#endif
#if N > 8
		VOTE(8)
#endif
#if N > 9
		VOTE(9)
#endif
#if N > 10
		VOTE(10)
#endif
#if N > 11
		VOTE(11)
#endif
		fi;
		m = 0; left--;
		if
		:: left == 0 && yes > 0 -> verdict = (yes == N -> Commit : Abort); left = yes; NEXT; goto tell
		:: left == 0 && yes == 0 -> goto prepare
		:: left > 0
		fi }
	od;
tell:	do
	:: d_step { left > 1 && nfull(to[i]) -> to[i]!verdict; ready[i] = false; left--; NEXT }
	:: d_step { left == 1 && nfull(to[i]) -> to[i]!verdict; ready[i] = false; left = yes; yes = 0; verdict = 0; i = 0 }; break
	od;
	do
	:: atomic {
		if
		DONE(0)
#if N > 1
		DONE(1)
#endif
#if N > 2
		DONE(2)
#endif
#if N > 3
		DONE(3)
#endif
#if N > 4
		DONE(4)
#endif
#if N > 5
		DONE(5)
#endif
#if N > 6
		DONE(6)
#endif
#if N > 7
		DONE(7)
#endif
#if N > 8
		DONE(8)
#endif
#if N > 9
		DONE(9)
#endif
#if N > 10
		DONE(10)
#endif
#if N > 11
		DONE(11)
#endif
		fi;
		left--;
		if
		:: left == 0 -> goto prepare
		:: left > 0
		fi }
	od
}

proctype member(byte me)
{
	do
	:: atomic { to[me]?Prepare -> aborted[me] = false };
		if
		:: from[me]!Yes;
			if
			:: atomic { to[me]?Commit -> committed[me] = true; assert(!aborted[(me+1)%N] && !aborted[(me+N-1)%N]) }
			:: atomic { to[me]?Abort -> aborted[me] = true; assert(!committed[(me+1)%N] && !committed[(me+N-1)%N]) }
			fi;
			atomic { from[me]!Done; committed[me] = false; aborted[me] = false }
		:: atomic { from[me]!No -> aborted[me] = true; assert(!committed[(me+1)%N] && !committed[(me+N-1)%N]) }
		fi
	od
}

init {
	byte i;
	atomic {
		run coordinator();
		for (i : 0 .. N-1) {
			run member(i);
		}
		i = 0
	}
}

#ifdef LIVE	/* always again member 0 answers */
ltl live { []<> (len(from[0]) > 0) }
#endif
