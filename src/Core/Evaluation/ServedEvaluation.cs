using Progeny.Abstractions.Releases;

namespace Progeny.Core.Evaluation;

/// <summary>How good a generation's predictions for queries were, by the outcomes reported until then.</summary>
public sealed record ServedEvaluation
{
    public required GenerationReference Generation { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The job that measured it.</summary>
    public required string JobId { get; init; }

    /// <summary>The answers that callers got.</summary>
    public required ServedSlice Live { get; init; }

    /// <summary>The answers that nobody saw: of a shadow.</summary>
    public required ServedSlice Shadow { get; init; }

    /// <summary>What the figures <c>served_*</c> are of: live answers, and where there are none, those that nobody saw.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ServedSlice Best => Live.Rows > 0 ? Live : Shadow;
}
