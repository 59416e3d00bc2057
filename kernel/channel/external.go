package channel

// External is embedded in the endpoint of a component that its declaration calls external: its code may touch the outside world, and the
// analyzer (gen/analyzer) lets it.
type External struct{}
