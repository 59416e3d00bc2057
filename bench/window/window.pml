/* A sliding window over lines that lose messages, idiomatic: see window.chan. */
#ifndef N
#define N 1
#endif
#define M	(2*N)

chan there   = [2] of { byte };
chan arrived = [2] of { byte };
chan back    = [2] of { byte };
chan heard   = [2] of { byte };
byte first, expected;

proctype sender(chan out, in)
{
	byte ahead, got;
	xs out; xr in;
	do
	:: atomic { ahead < N && nfull(out) -> out!(first+ahead)%M; ahead++ }
	:: atomic { ahead > 0 && nfull(out) -> out!first }
	:: atomic { in?got ->
		if
		:: (got+M-first)%M <= ahead -> ahead = ahead - (got+M-first)%M; first = got; assert((expected+M-first)%M <= N)
		:: else
		fi;
		got = 0 }
	od
}

proctype line(chan in, out)
{
	byte number;
	xr in; xs out;
	do
	:: in?number;
		if
		:: number = 0
		:: true -> atomic { out!number; number = 0 }
		fi
	od
}

proctype receiver(chan in, out)
{
	byte number;
	xr in; xs out;
	do
	:: atomic { in?number ->
		if
		:: number == expected -> expected = (expected+1)%M; assert((expected+M-first)%M <= N)
		:: else
		fi;
		number = 0 };
		out!expected
	od
}

init {
	atomic {
		run sender(there, heard);
		run line(there, arrived);
		run receiver(arrived, back);
		run line(back, heard)
	}
}
