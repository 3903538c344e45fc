using System.Text.Json.Serialization;
using Progeny.Abstractions.Releases;

namespace Progeny.Grains.Rollouts;

/// <summary>A promotion that somebody asked for and that waits for an approval.</summary>
public sealed record WaitingPromotion
{
    /// <summary>Its number among those that waited; names what its approvals are for.</summary>
    public required int Number { get; init; }

    public required GenerationReference Generation { get; init; }

    /// <summary>Who asked for it; null: nobody said.</summary>
    public required string? By { get; init; }

    public required string Reason { get; init; }

    /// <summary>
    /// How many promotions the project had then: once it has more, another generation is in production, and this one has to be asked for
    /// again.
    /// </summary>
    public required int Promotions { get; init; }

    /// <summary>What its approvals are for.</summary>
    [JsonIgnore] public string Purpose => FormattableString.Invariant($"promotion-{Number}");
}
