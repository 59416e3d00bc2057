package checker

// Version counts the changes after which a verdict may be another one. Locks name it, so that what an earlier checker has shown is shown again.
const Version = 2
