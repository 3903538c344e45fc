namespace Progeny.Core.Explanations;

/// <summary>A tree of an ensemble.</summary>
/// <param name="Nodes">The nodes of all trees of the ensemble.</param>
/// <param name="Root">The place of this one's root.</param>
internal sealed record ExplainedTree(ExplainedNode[] Nodes, int Root)
{
    /// <summary>The leaf at which a row ends.</summary>
    public ExplainedNode LeafOf(ReadOnlySpan<float> columns)
    {
        var node = Nodes[Root];
        while (node.Column >= 0)
            node = Nodes[node.Next(columns)];
        return node;
    }
}
