/* A server of one file, idiomatic: see fileserver.chan. */
#ifndef N
#define N 3
#endif

mtype = { Read, Data, Lock, Locked, Busy, Write, Done, Unlock, Get, Put, Ready };

chan ask[N]    = [1] of { mtype };
chan answer[N] = [1] of { mtype };
chan order     = [1] of { mtype };
chan ready     = [1] of { mtype };
byte writers;

proctype client(chan to, from)
{
	xs to; xr from;
	do
	:: to!Read; from?Data
	:: to!Lock;
		if
		:: atomic { from?Locked -> writers++; assert(writers == 1) };
			do
			:: to!Write; from?Done
			:: atomic { to!Unlock -> writers-- }; break
			od
		:: from?Busy
		fi
	od
}

#define ON(k)	:: ask[k]?m -> i = k

proctype server(chan out, in)
{
	bool locked, cached;
	byte i;
	mtype m;
	xs out; xr in;
serve:	do
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
		:: m == Read && cached -> m = 0; goto data
		:: m == Read && !cached -> m = 0; goto fetch
		:: m == Lock && locked -> m = 0; goto busy
		:: m == Lock && !locked -> locked = true; m = 0; goto granted
		:: m == Write -> cached = false; m = 0; goto store
		:: m == Unlock -> locked = false; i = 0
		fi;
		m = 0
	}
	od;
fetch:	out!Get; atomic { in?Ready -> cached = true };
data:	atomic { answer[i]!Data; i = 0 }; goto serve;
busy:	atomic { answer[i]!Busy; i = 0 }; goto serve;
granted:	atomic { answer[i]!Locked; i = 0 }; goto serve;
store:	out!Put; in?Ready; atomic { answer[i]!Done; i = 0 }; goto serve
}

proctype drive(chan in, out)
{
	xr in; xs out;
	do
	:: if :: in?Get :: in?Put fi; out!Ready
	od
}

init {
	byte i;
	atomic {
		for (i : 0 .. N-1) {
			run client(ask[i], answer[i]);
		}
		run server(order, ready);
		run drive(order, ready);
		i = 0
	}
}
