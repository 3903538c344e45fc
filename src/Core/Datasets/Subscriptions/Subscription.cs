using System.Text.Json.Serialization;

namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>A place from which a dataset takes whatever comes there.</summary>
public sealed record Subscription
{
    public required string Dataset { get; init; }

    /// <summary>Its name among those of the dataset.</summary>
    public required string Name { get; init; }

    [JsonConverter(typeof(JsonStringEnumConverter<SubscriptionKind>))]
    public required SubscriptionKind Kind { get; init; }

    /// <summary>The name of the folder, the bucket or the feed, as an operator configured it.</summary>
    public required string Place { get; init; }

    /// <summary>What the paths of files or the keys of objects begin with.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The SQL of a query; else null.</summary>
    public string? Query { get; init; }

    /// <summary>The column of a query that orders its rows: a number or a time; else null.</summary>
    public string? Watermark { get; init; }

    /// <summary>
    /// The columns of a query that make a row one row, the dataset's key: with them rows behind the watermark can be taken, each once.
    /// None: rows are told apart by the watermark alone.
    /// </summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>The time between two runs.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(30);

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }
}
