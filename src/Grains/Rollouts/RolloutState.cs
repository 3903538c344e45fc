using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Grains.Rollouts;

/// <summary>The proposals and experiments of a project.</summary>
public sealed record RolloutState
{
    /// <summary>How many experiments there were.</summary>
    public int Count { get; init; }

    /// <summary>Their ids, newest first, up to 100.</summary>
    public ImmutableArray<string> Experiments { get; init; } = [];

    /// <summary>The one that runs, as far as this grain knows; null: none.</summary>
    public string? Active { get; init; }

    /// <summary>What the one that runs was asked for, while it may not have been started; null: it was.</summary>
    public ExperimentRequest? Starting { get; init; }

    /// <summary>The generation that waits for the end of the one that runs, or for an approval.</summary>
    public GenerationReference? Waiting { get; init; }

    /// <summary>Whether it waits for an approval.</summary>
    public bool WaitsForApproval { get; init; }

    /// <summary>Who proposed it.</summary>
    public string? WaitingBy { get; init; }

    /// <summary>What became of the newest proposals, newest first.</summary>
    public ImmutableArray<Proposal> Proposals { get; init; } = [];

    private const int MaxProposals = 100;

    /// <summary>The proposals with another one, which takes the place of an earlier one of the same generation.</summary>
    public ImmutableArray<Proposal> With(Proposal proposal) =>
        [proposal, .. Proposals.Where(other => other.Generation != proposal.Generation).Take(MaxProposals - 1)];
}
