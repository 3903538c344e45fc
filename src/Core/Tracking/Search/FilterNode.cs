using System.Collections.Immutable;

namespace Progeny.Core.Tracking.Search;

/// <summary>A node of a parsed filter.</summary>
public abstract record FilterNode;

/// <summary>Conditions of which all must hold, or one.</summary>
/// <param name="IsAnd">Whether all must hold.</param>
/// <param name="Nodes">The conditions, two or more.</param>
public sealed record FilterGroup(bool IsAnd, ImmutableArray<FilterNode> Nodes) : FilterNode;

/// <summary>A condition that must not hold.</summary>
public sealed record FilterNot(FilterNode Node) : FilterNode;

/// <summary>One comparison.</summary>
/// <param name="Field">What is compared.</param>
/// <param name="Operator">The comparison.</param>
public sealed record FilterComparison(FilterField Field, FilterOperator Operator) : FilterNode
{
    /// <summary>The text on the right.</summary>
    public string Text { get; init; } = "";

    /// <summary>The number on the right, where the field has numbers.</summary>
    public double Number { get; init; }

    /// <summary>The list on the right of <c>IN</c>.</summary>
    public ImmutableArray<string> List { get; init; } = [];
}
