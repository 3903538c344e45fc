using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Alerts;

/// <summary>The last time that an alert's condition was true: it may be still.</summary>
[GenerateSerializer, Immutable, Alias("progeny.alert-episode")]
public sealed record AlertEpisode
{
    /// <summary>The alert's name in the manifest.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>The number of the episode of this alert, from 1.</summary>
    [Id(1)] public required long Number { get; init; }

    /// <summary>When it began.</summary>
    [Id(2)] public required DateTimeOffset Since { get; init; }

    /// <summary>When it was over; null: it is not.</summary>
    [Id(3)] public DateTimeOffset? Until { get; init; }

    /// <summary>The generation that was in production when it began, or was over.</summary>
    [Id(4)] public required GenerationReference Generation { get; init; }

    /// <summary>The condition.</summary>
    [Id(5)] public required string When { get; init; }

    /// <summary>The figures, the condition and its value, when it began or was over.</summary>
    [Id(6)] public required string Message { get; init; }

    /// <summary>The figures then, by name.</summary>
    [Id(7)] public ImmutableSortedDictionary<string, double> Figures { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>The webhook that is told; null: none.</summary>
    [Id(8)] public string? Webhook { get; init; }
}
