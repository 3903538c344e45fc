namespace Progeny.Cluster.Tests;

/// <summary>What the client of a balancer gets.</summary>
/// <param name="Status">The HTTP status; 0: no answer.</param>
/// <param name="Text">The answer, or why there is none.</param>
/// <param name="Node">The node that was asked last.</param>
internal sealed record BalancedAnswer(int Status, string Text, string Node)
{
    /// <summary>Whether a second node was asked.</summary>
    public bool IsRepeated { get; init; }

    public TimeSpan Took { get; init; }

    /// <summary>For who looks into it.</summary>
    public string Described => $"on {Node} after {Took.TotalSeconds:0.00} s: {Status} {Text}";
}
