using System.Collections.Immutable;
using System.Text.Json;
using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;

namespace Progeny.Grains.Gates;

/// <summary>What a hook is asked or told: the JSON of docs/gates.md.</summary>
internal sealed record HookMessage
{
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The same at each attempt of the same step.</summary>
    public required string Id { get; init; }

    public required string Project { get; init; }

    public required HookEvent Event { get; init; }

    /// <summary>The generation that is to be advanced, or that is taken out.</summary>
    public required GenerationReference Generation { get; init; }

    /// <summary>The generation in production: before a step the one now, after a rollback the one that has come back. Null: none.</summary>
    public required GenerationReference? Champion { get; init; }

    /// <summary>The stage that is to be entered; null: a rollback.</summary>
    public Stage? Stage { get; init; }

    /// <summary>Who or what wants it.</summary>
    public required string By { get; init; }

    /// <summary>Why, where that is known.</summary>
    public string? Reason { get; init; }

    public required DateTimeOffset At { get; init; }

    public IReadOnlyDictionary<string, double?> Figures { get; init; } = ImmutableDictionary<string, double?>.Empty;

    public IReadOnlyDictionary<string, double?>? ChampionFigures { get; init; }

    /// <summary>The name of an event in the manifest and in messages.</summary>
    public static string NameOf(HookEvent on) => JsonNamingPolicy.SnakeCaseLower.ConvertName(on.ToString());

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            Id,
            Project,
            Event = NameOf(Event),
            Generation = Generation.ToString(),
            Champion = Champion?.ToString(),
            Stage = Stage?.ToString().ToLowerInvariant(),
            By,
            Reason,
            At,
            Figures = Known(Figures),
            ChampionFigures = ChampionFigures is null ? null : Known(ChampionFigures),
        },
        _json);

    // JSON has no NaN and no infinity: such a figure is left out like one that is not known.
    private static ImmutableSortedDictionary<string, double> Known(IReadOnlyDictionary<string, double?> figures) => figures
        .Where(figure => figure.Value is { } value && double.IsFinite(value))
        .ToImmutableSortedDictionary(figure => figure.Key, figure => figure.Value!.Value, StringComparer.Ordinal);
}
