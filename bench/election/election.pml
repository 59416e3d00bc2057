/* Leader election in a ring after Chang and Roberts, idiomatic: see election.chan. */
#ifndef N
#define N 3
#endif

mtype = { Name, Candidate, Elected };

chan naming[N] = [1] of { mtype, byte };
chan link[N]   = [1] of { mtype, byte };	/* link[i] leads to node i */
byte leaders;

proctype registry()
{
	byte i;
	do
	:: d_step { i < N-1 && nfull(naming[i]) -> naming[i]!Name(i); i++ }
	:: d_step { i == N-1 && nfull(naming[i]) -> naming[i]!Name(i); i = 0 }; break
	od;
end:	false
}

proctype node(chan given, left, right)
{
	byte me, id;
	xr given; xr left; xs right;
	given?Name(me);
	right!Candidate(me);
	do
	:: atomic { left?Candidate(id) ->
		if
		:: id > me -> goto forward
		:: id == me -> leaders++; assert(leaders == 1 && me == N-1); goto elected
		:: id < me
		fi }
	:: left?Elected(_) -> right!Elected(0); break
	:: false ->
forward:	right!Candidate(id)
	:: false ->
elected:	right!Elected(0); left?Elected(_); break
	od;
end:	false	/* stays: the end of a process would be a step of its own, in the order of their numbers */
}

init {
	byte i;
	atomic {
		for (i : 0 .. N-1) {
			run node(naming[i], link[i], link[(i+1)%N]);
		}
		run registry();
		i = 0
	}
}

#ifdef LIVE	/* somebody is elected */
ltl live { <> (leaders == 1) }
#endif
