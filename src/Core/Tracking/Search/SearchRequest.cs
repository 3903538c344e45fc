using System.Collections.Immutable;

namespace Progeny.Core.Tracking.Search;

/// <summary>What a search asks for.</summary>
public sealed record SearchRequest
{
    /// <summary>The condition; null: everything.</summary>
    public FilterNode? Filter { get; init; }

    /// <summary>The order; empty: the usual one.</summary>
    public ImmutableArray<SearchOrder> Order { get; init; } = [];

    /// <summary>The most results.</summary>
    public int MaxResults { get; init; }

    /// <summary>How many results come before the page.</summary>
    public long Offset { get; init; }

    /// <summary>The experiments to search in; null: it is no search in experiments.</summary>
    public IReadOnlyList<long>? Experiments { get; init; }

    /// <summary>The stages of what may be found.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [LifecycleStages.Active];

    /// <summary>Reads a request as clients send it.</summary>
    /// <exception cref="TrackingException">The filter, the order or the token is wrong.</exception>
    public static SearchRequest Read(
        SearchEntity entity, string? filter, IReadOnlyList<string>? order, int maxResults, string? pageToken) => new()
    {
        Filter = FilterParser.Parse(entity, filter),
        Order = [.. (order ?? []).Where(term => !string.IsNullOrWhiteSpace(term)).Select(term => FilterParser.ParseOrder(entity, term))],
        MaxResults = maxResults,
        Offset = PageToken.Read(pageToken),
    };
}
