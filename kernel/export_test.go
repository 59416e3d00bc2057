package kernel

// RunOn is Run on files of the caller's.
var RunOn = run
