using System.ComponentModel.DataAnnotations;

namespace Progeny.Contracts.Feeds;

/// <summary>A query of a feed.</summary>
public sealed record FeedQueryRequest
{
    /// <summary>The query, in the SQL of the feed's database, without parameters.</summary>
    [Required] public string? Sql { get; init; }

    /// <summary>The most rows of the answer, 1 to 10,000; without it 100.</summary>
    public int? Limit { get; init; }
}
