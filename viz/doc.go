// Package viz draws. In come the values of package session (a protocol, the local type of a role, a machine, a system), traces, and
// plain figures from whoever measured them; out go DOT, SVG, PNG, Mermaid, HTML and text. It reads no files and knows no checker.
//
//	ProtocolGraph, RoleGraph, MachineGraph, SystemGraph, SpaceGraph → Graph   what is drawn
//	Graph.Highlight, Graph.Cover, SystemOptions.Load                → Graph   what is laid over it
//	Graph.Folded                                                    → Graph   without what only leads from one step to the next
//	Arrange(Graph)                                                  → Layout  where it is drawn
//	WriteSVG, WritePNG, WriteHTML (Layout) · WriteDOT, WriteMermaid, WriteText (Graph)
//
// The layout is layered: Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981); layers by
// network simplex and labels as vertices as in Gansner, Koutsofios, North and Vo, "A Technique for Drawing Directed Graphs" (1993);
// coordinates by Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment" (2001).
//
// Where many arrows lead to one place, Arrange ends them at references to it, and very large graphs fall into pieces (apart.go). A trace becomes a
// Chart for a terminal, or by ArrangeSequence a Sequence for the other forms.
//
// The same input gives the same bytes. Names are hostile until a writer has quoted them: no name becomes markup.
package viz
