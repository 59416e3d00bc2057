/* Two-phase commit, idiomatic: see commit.chan. Each loop is left with its last message, so that no step is spent on leaving it. */
#ifndef N
#define N 3
#endif

mtype = { Prepare, Yes, No, Commit, Abort, Done };

chan to[N]   = [1] of { mtype };
chan from[N] = [1] of { mtype };
byte committed, aborted;	/* so many members have */

mtype = { Rest, Asked, Ready, Told };	/* what the coordinator knows of a member */

#define ASK(k)	:: at[k] == Rest && nfull(to[k]) -> to[k]!Prepare; at[k] = Asked
#define VOTE(k)	:: from[k]?m -> at[k] = (m == Yes -> Ready : Rest); yes = yes + (m == Yes)
#define TELL(k)	:: at[k] == Ready && nfull(to[k]) -> to[k]!verdict; at[k] = Told
#define DONE(k)	:: from[k]?Done -> at[k] = Rest

proctype coordinator()
{
	mtype at[N] = Rest;
	byte left = N, yes;
	mtype m, verdict;
ask:	do
	:: atomic {
		if
		ASK(0)
#if N > 1
		ASK(1)
#endif
#if N > 2
		ASK(2)
#endif
#if N > 3
		ASK(3)
#endif
#if N > 4
		ASK(4)
#endif
#if N > 5
		ASK(5)
#endif
#if N > 6
		ASK(6)
#endif
#if N > 7
		ASK(7)
#endif
#if N > 8
		ASK(8)
#endif
#if N > 9
		ASK(9)
#endif
#if N > 10
		ASK(10)
#endif
#if N > 11
		ASK(11)
#endif
		fi;
		left--;
		if
		:: left == 0 -> left = N; goto vote
		:: left > 0
		fi }
	od;
vote:	do
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
		:: left == 0 && yes > 0 -> verdict = (yes == N -> Commit : Abort); left = yes; goto tell
		:: left == 0 && yes == 0 -> left = N; goto ask
		:: left > 0
		fi }
	od;
tell:	do
	:: atomic {
		if
		TELL(0)
#if N > 1
		TELL(1)
#endif
#if N > 2
		TELL(2)
#endif
#if N > 3
		TELL(3)
#endif
#if N > 4
		TELL(4)
#endif
#if N > 5
		TELL(5)
#endif
#if N > 6
		TELL(6)
#endif
#if N > 7
		TELL(7)
#endif
#if N > 8
		TELL(8)
#endif
#if N > 9
		TELL(9)
#endif
#if N > 10
		TELL(10)
#endif
#if N > 11
		TELL(11)
#endif
		fi;
		left--;
		if
		:: left == 0 -> left = yes; yes = 0; verdict = 0; goto close
		:: left > 0
		fi }
	od;
close:	do
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
		:: left == 0 -> left = N; goto ask
		:: left > 0
		fi }
	od
}

#define AGREED	assert(!committed || !aborted)

proctype member(byte me)
{
	bool no;	/* it is among the aborted */
	do
	:: atomic { to[me]?Prepare -> aborted = aborted - no; no = 0 };
		if
		:: from[me]!Yes;
			if
			:: atomic { to[me]?Commit -> committed++; AGREED }; atomic { from[me]!Done; committed-- }
			:: atomic { to[me]?Abort -> aborted++; AGREED }; atomic { from[me]!Done; aborted-- }
			fi
		:: atomic { from[me]!No -> aborted++; no = 1; AGREED }
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
