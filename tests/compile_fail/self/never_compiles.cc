// expect: anything
int answer() { return missing; }
