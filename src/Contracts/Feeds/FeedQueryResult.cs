namespace Progeny.Contracts.Feeds;

/// <summary>Rows of a feed.</summary>
/// <param name="Columns">The names of the query's columns, in its order.</param>
/// <param name="Rows">The rows, each with a value for each column: a text, a number, a boolean or null. Numbers that JSON has not (NaN) are
/// texts.</param>
/// <param name="More">Whether the query has more rows than these.</param>
public sealed record FeedQueryResult(
    IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows, bool More);
