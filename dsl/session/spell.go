package session

// Spell writes a value of a finite type as the source does: true, an enum's case, a number.
func (t *Type) Spell(v int64) string { return valueText(t, int32(v)) }
